import fcntl
import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

from tests.servers import ROOT

JAVASCRIPT = ROOT / "infra" / "javascript"


def lacking(reason: str) -> NoReturn:
    """Skip the test for want of a system package, or fail it where nothing may be skipped."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def node() -> str:
    """The command that runs JavaScript."""
    found = shutil.which("node")
    return found or lacking("There is no node to run JavaScript with; install Debian's package nodejs.")


@pytest.fixture(scope="session")
def javascript_packages(node: str) -> Path:
    """The folder of the pinned npm packages, installed if the lock file is newer."""
    npm = shutil.which("npm") or lacking("There is no npm to install packages with; install Debian's package npm.")
    installed, lock = JAVASCRIPT / "node_modules" / ".package-lock.json", JAVASCRIPT / "package-lock.json"
    with lock.open() as one_process_at_a_time:
        fcntl.flock(one_process_at_a_time, fcntl.LOCK_EX)
        if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
            subprocess.run([npm, "ci", "--no-fund", "--no-audit"], cwd=JAVASCRIPT, check=True, capture_output=True)
    return JAVASCRIPT / "node_modules"
