"""An environment continues from its snapshot exactly, or is refused."""

from typing import Any

import gymnasium
import pytest
from gymnasium.envs.classic_control import CartPoleEnv

from shared.errors import (
    SnapshotIncompatible,
)
from shared.storage.memory import MemoryStore
from tests.shared.session.episodes import created, step, uninterrupted
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import run, session


def test_another_library_version_is_refused_with_both_named(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        store = FaultyStore()
        reference = await created(session(store))
        monkeypatch.setattr(
            "shared.session.live.restore.libraries_of", lambda *_: {"gymnasium": "0.0.1", "numpy": "2.0"}
        )
        with pytest.raises(SnapshotIncompatible, match=rf"gymnasium {gymnasium.__version__} \(here 0\.0\.1\)"):
            await step(session(store), reference)
        monkeypatch.undo()
        assert await step(session(store), reference) == uninterrupted(1)[0]

    run(test)


def test_an_environment_that_fails_while_it_is_closed_harms_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(env: gymnasium.Env[Any, Any]) -> None:
        raise RuntimeError("closed badly")

    async def test() -> None:
        at = session(MemoryStore(), live_envs=1)
        monkeypatch.setattr(CartPoleEnv, "close", failing)
        first, second = await created(at), await created(at)
        assert [await step(at, each) for each in (first, second)] == uninterrupted(1) * 2

    run(test)
