import os
import shutil

import pytest


@pytest.fixture(scope="session")
def node() -> str:
    """The command that runs JavaScript; without it a test is skipped, and fails where nothing may be skipped."""
    found = shutil.which("node")
    if found is None:
        reason = "There is no node to run the JavaScript client with; install Debian's package nodejs."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found
