"""The monitor's parts that need no page, under Node."""

import subprocess
from pathlib import Path


def test_they_do_what_their_own_tests_say(node: str) -> None:
    done = subprocess.run(
        [node, "--test", Path(__file__).with_name("instance.test.mjs")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
