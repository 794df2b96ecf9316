"""Environments on an engine that may leave something behind a reset are carried by all of their calls."""

import sys
from types import ModuleType
from typing import Any

import gymnasium
import pytest

from shared.snapshot.replay.episode_journal import EPISODE_JOURNAL
from shared.snapshot.replay.journal import JOURNAL
from shared.snapshot.replay.outlasting import ENGINES, outlasts_reset

NAMES = ("engine_package", "engine_package.simulator", "other_package")


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module that stands for the engine, imported by a module of one package of two."""
    engine = ModuleType(ENGINES[0])
    modules = {name: ModuleType(name) for name in NAMES}
    vars(modules["engine_package.simulator"])["p"] = engine
    for name, module in {ENGINES[0]: engine, **modules}.items():
        monkeypatch.setitem(sys.modules, name, module)
    return engine


def made(package: str, holds: str = "") -> gymnasium.Env[Any, Any]:
    """An environment whose class is a package's, and which may hold an object of another's."""
    kind = type("Arm", (gymnasium.Env,), {"__module__": package, "action_space": gymnasium.spaces.Discrete(2)})
    env = kind()
    if holds:
        env.simulator = type("Simulator", (), {"__module__": holds})()
    return gymnasium.wrappers.OrderEnforcing(env)


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(
    ("env", "expected"),
    [
        (made("engine_package"), True),
        (made("engine_package.tasks"), True),
        (made("other_package", holds="engine_package"), True),
        (made("other_package"), False),
        (gymnasium.make("CartPole-v1"), False),
    ],
    ids=["of the package", "of a module of it", "holding an object of it", "of another package", "Gymnasium's"],
)
def test_a_package_that_uses_the_engine_is_known(env: gymnasium.Env[Any, Any], expected: bool) -> None:
    assert outlasts_reset(env) is expected
    assert EPISODE_JOURNAL.suits(env) is not expected
    assert JOURNAL.suits(env)


def test_where_no_engine_was_imported_none_is_used() -> None:
    assert ENGINES[0] not in sys.modules
    assert not outlasts_reset(made("engine_package"))
