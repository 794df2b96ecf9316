import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.snapshot.registry import foreign_mechanisms


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which pip has installed the example package, from its wheel."""
    folder = tmp_path_factory.mktemp("site-packages")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # What builds it is installed with the other tests' needs, so that no index is asked.
    offline = ["--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*pip, *offline, "--target", folder, Path(__file__).parent], check=True, timeout=120)
    return folder


@pytest.fixture
def example(installed: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The example package, importable and with its entry points, here and in the processes that a test starts."""
    monkeypatch.syspath_prepend(installed)
    foreign_mechanisms.cache_clear()
    yield
    foreign_mechanisms.cache_clear()
