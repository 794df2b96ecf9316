import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the example package as pip installs it, for the PYTHONPATH of another process."""
    target = tmp_path_factory.mktemp("site-packages")
    install = [
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-index",
        "--no-deps",
        "--no-build-isolation",
    ]
    command = [sys.executable, "-m", "pip", *install, "--target", str(target), str(Path(__file__).parent)]
    subprocess.run(command, check=True)
    return target
