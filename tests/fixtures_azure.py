"""A server of Azure's API for any test: the plug-in that `tests/conftest.py` loads."""

import fcntl
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from infra.azurite.azurite import PACKAGES, Azurite, azurite
from tests.static.conftest import lacking

CONTAINER = "tests"


@pytest.fixture(scope="session")
def azurite_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    """One server for the whole run, with the container `tests`; a test takes a key prefix of its own there."""
    npm = shutil.which("npm") or lacking("There is no npm to install azurite with; install Debian's package npm.")
    installed, lock = PACKAGES / ".package-lock.json", PACKAGES.parent / "package-lock.json"
    with lock.open() as one_process_at_a_time:
        fcntl.flock(one_process_at_a_time, fcntl.LOCK_EX)
        if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
            subprocess.run(
                [npm, "ci", "--no-fund", "--no-audit"], cwd=PACKAGES.parent, check=True, capture_output=True
            )
    with azurite(tmp_path_factory.mktemp("azurite")) as server:
        server.create_container(CONTAINER)
        yield server


@pytest.fixture
def azure_environment(monkeypatch: pytest.MonkeyPatch, azurite_server: Azurite) -> Azurite:
    """The process environment names that server."""
    for name, value in azurite_server.environment.items():
        monkeypatch.setenv(name, value)
    return azurite_server
