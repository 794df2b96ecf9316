"""The modules of the list of recordings that need no page, under Node, by their own tests."""

import subprocess
from pathlib import Path

TESTS = Path(__file__).with_name("recordings.test.mjs")


def test_they_do_what_their_own_tests_say(node: str) -> None:
    done = subprocess.run([node, "--test", TESTS], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
