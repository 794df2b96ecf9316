"""Ids that a family registers are there when one of them is asked for, and not before."""

import json
import subprocess
import sys

import pytest

from shared.errors import Misconfigured
from shared.snapshot.making.registration import register_for, register_when_asked
from shared.variables import child_environment
from tests.servers import ROOT

PROGRAM = """
import json, sys
from shared.snapshot.making.registration import register_for, register_when_asked
register_when_asked({modules})
seen = []
for env_id in {asked}:
    register_for(env_id)
    seen.append("ale_py" in sys.modules)
print(json.dumps(seen))
"""


def imported(modules: tuple[str, ...], *asked: str) -> list[bool]:
    """After each of the ids was asked for, whether a fresh process has imported `ale_py`."""
    program = PROGRAM.format(modules=modules, asked=asked)
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=child_environment(), capture_output=True, check=True
    )
    found: list[bool] = json.loads(ran.stdout)
    return found


def test_a_familys_ids_are_registered_once_one_is_asked_for_that_is_not() -> None:
    asked = "CartPole-v1", "gymnasium:Taxi-v4", "ALE/Pong-v5", "CartPole-v1"
    assert imported(("ale_py",), *asked) == [False, False, True, True]


def test_modules_of_somebodys_own_are_imported_at_once_and_so_are_the_others() -> None:
    """They may replace an id, of a family's too."""
    assert imported(("ale_py", "tests.shared.snapshot.foreign"), "CartPole-v1") == [True]


def test_a_module_that_cannot_be_imported_is_told_whenever_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ale_py", None)
    register_when_asked(("ale_py",))
    register_for("CartPole-v1")
    for _ in range(2):
        with pytest.raises(Misconfigured, match="ale_py"):
            register_for("ALE/NoSuchGame-v5")
    register_when_asked(())
    register_for("ALE/NoSuchGame-v5")
