"""The modules of the playground that need no page, under Node, each by its own tests."""

import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MODULES = [
    HERE / "run" / "calls.test.mjs",
    HERE / "copies" / "episode.test.mjs",
    HERE / "documents" / "document.test.mjs",
    HERE / "documents" / "left.test.mjs",
]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_a_module_does_what_its_own_tests_say(node: str, module: Path) -> None:
    done = subprocess.run([node, "--test", module], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
