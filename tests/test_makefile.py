"""What `make` says while it works for minutes."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.servers import ROOT

PYTHON = """#!/bin/sh
if [ "$2" = venv ]; then mkdir -p "$3/bin" && cp "$0" "$3/bin/python"; else echo "ran $*"; fi
"""


@pytest.fixture
def make(tmp_path: Path) -> list[str]:
    """The command, with an interpreter that only says how it is called."""
    python = tmp_path / "python"
    python.write_text(PYTHON)
    python.chmod(0o755)
    return ["make", "--silent", "-C", str(ROOT), f"PYTHON={python}", f"VENV={tmp_path / 'venv'}"]


def run(command: list[str], **environment: str) -> list[str]:
    inherited = {name: value for name, value in os.environ.items() if name != "HOST"}
    return subprocess.run(
        command, check=True, capture_output=True, text=True, env=inherited | environment
    ).stdout.splitlines()


def test_the_first_run_says_what_it_installs_and_for_how_long_before_it_does(make: list[str]) -> None:
    what, long, installs, serves = run([*make, "run"])
    assert "Installing the server and five families of environments (0.4 GB) into" in what
    assert "one to five minutes the first time" in long
    assert "pip install" in installs
    assert "functions.serve" in serves


def test_a_later_run_serves_and_says_nothing(make: list[str]) -> None:
    run([*make, "run"])
    [serves] = run([*make, "run"])
    assert "functions.serve" in serves


def test_other_sets_of_packages_are_named(make: list[str]) -> None:
    assert "what pyproject.toml names as all,s3-server" in run([*make, "run-s3"])[0]


@pytest.mark.parametrize("target", ["run", "class"])
def test_the_host_that_is_given_is_the_one_that_is_listened_on(make: list[str], target: str) -> None:
    """A class is for the network unless something else is said."""
    default = {"run": "127.0.0.1", "class": "0.0.0.0"}[target]
    assert f"--host {default} " in run([*make, target])[-1]
    assert "--host 10.1.2.3 " in run([*make, target], HOST="10.1.2.3")[-1]
    assert "--host 10.1.2.3 " in run([*make, target, "HOST=10.1.2.3"])[-1]
