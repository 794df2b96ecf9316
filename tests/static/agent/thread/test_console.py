"""The agent's console under Node."""

import subprocess
from pathlib import Path


def test_it_does_what_its_own_tests_say(node: str) -> None:
    done = subprocess.run(
        [node, "--test", Path(__file__).with_name("console.test.mjs")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
