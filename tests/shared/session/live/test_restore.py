"""An environment continues from its snapshot exactly, or is refused."""

from typing import Any

import gymnasium
import msgspec
import pytest
from gymnasium.envs.classic_control import CartPoleEnv

from shared.errors import SnapshotIncompatible
from shared.session.live.restore import closed, rebuilt
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


def test_an_environment_on_a_lost_thread_is_left_alone() -> None:
    class Lost:
        lost = True

        async def run(self, *_: Any) -> Any:
            raise AssertionError("nothing can be called there")

    run(lambda: closed(Lost(), object()))  # type: ignore[arg-type]


def test_a_fork_that_is_to_differ_gets_generators_of_its_own() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await created(at)
        loaded = await at.snapshots.load(reference)
        plain, other, again = [
            rebuilt(loaded._replace(header=msgspec.structs.replace(loaded.header, reseed=reseed)))
            for reseed in (None, (7, 0), (7, 0))
        ]
        assert other.capture() == again.capture() != plain.capture()
        assert plain.capture() == loaded.body

    run(test)
