"""Explorations share a process fairly, and one that fails leaves it as it was."""

import asyncio
from typing import Any

import pytest

from shared.errors import InvalidValue
from shared.session.explore.exploration import Bounds, Exploration
from shared.session.explore.explorer import Explorer
from shared.session.explore.sequences import Drawn
from shared.session.history.history import History
from shared.session.history.place import Place
from shared.session.session import Session
from shared.session.stored.reference import Reference
from shared.snapshot.contract.recipe import Recipe
from shared.storage.memory import MemoryStore
from tests.shared.session.episodes import created
from tests.shared.session.explore.copies import rules
from tests.shared.session.history.places import returned
from tests.shared.session.record.recording import recorded, rolled, steps
from tests.shared.session.sessions import run, session, turns_beside

RETURNS = rules(include=frozenset({"returns"}))


def explorer(at: Session) -> Explorer:
    return Explorer(at, 1, (), Bounds(10_000, 1000))


async def explored(by: Explorer, reference: Reference, exploration: Exploration) -> dict[str, Any]:
    outcome = await by.explore(reference, exploration, dict)
    reply: dict[str, Any] = outcome.reply
    return reply


def test_explorations_at_once_come_to_what_each_does_alone() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        references = [await created(at, Recipe(name), 1) for name in ("CartPole-v1", "Pendulum-v1")] * 3
        by, what = explorer(at), Exploration(Drawn(20, 10, 3), RETURNS)
        alone = [(await explored(by, each, what))["returns"].tolist() for each in references]
        together = await asyncio.gather(*(explored(by, each, what) for each in references))
        assert [each["returns"].tolist() for each in together] == alone
        await by.close()

    run(test)


def test_other_calls_have_turns_while_one_is_under_way() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await created(at, Recipe("Pendulum-v1"), 1)
        by = explorer(at)
        turns = await turns_beside(explored(by, reference, Exploration(Drawn(100, 100, 3), RETURNS)))
        assert turns > 20
        await by.close()

    run(test)


def test_bounds_are_refused_before_anything_is_read() -> None:
    async def test() -> None:
        by, nobody = explorer(session(MemoryStore())), Reference("public", "nobody")
        with pytest.raises(InvalidValue, match="GYM_HTTP_MAX_EXPLORE_STEPS"):
            await explored(by, nobody, Exploration(Drawn(101, 100, 0), RETURNS))

    run(test)


def test_a_reply_that_cannot_be_told_keeps_nothing() -> None:
    async def test() -> None:
        store = MemoryStore()
        at = session(store)
        reference = await created(at)
        by = explorer(at)

        def fail(reply: Any) -> Any:
            raise InvalidValue("too long")

        with pytest.raises(InvalidValue, match="too long"):
            await by.explore(reference, Exploration(Drawn(2, 1, 0), RETURNS, best=1), fail)
        assert [entry.key async for entry in store.list("state/")] == [reference.key]
        await by.close()

    run(test)


def test_a_call_that_is_interrupted_on_its_way_into_the_past_leaves_nothing() -> None:
    """A later one comes to what it would have, on whatever copies are there."""

    async def test() -> None:
        store = MemoryStore()
        at = session(store)
        reference = await recorded(at)
        await rolled(at, reference, 400)
        await steps(at, reference, 3)
        by, history = explorer(at), History(at)
        past = history.past(reference, Place(2, 350))
        what = Exploration(Drawn(500, 20, 3), RETURNS)
        alone = await by.explore(reference, what, dict, past=past)
        before = {entry.key async for entry in store.list("")}
        for turns in (1, 3, 8):
            keeping = Exploration(Drawn(500, 20, 3), RETURNS, best=2)
            broken = asyncio.ensure_future(by.explore(reference, keeping, dict, past=past))
            for _ in range(turns):
                await asyncio.sleep(0)
            broken.cancel()
            await asyncio.wait([broken])
            assert broken.cancelled()
        assert {entry.key async for entry in store.list("")} == before
        again = await by.explore(reference, what, dict, past=past)
        assert again.reply["returns"].tolist() == alone.reply["returns"].tolist()
        await by.close()
        await history.close()

    run(test)


def test_what_kept_futures_take_is_bounded_with_what_led_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.session.explore.explorer.MOST_KEPT_BYTES", 2000)

    async def test() -> None:
        at = session(MemoryStore())
        by, what = explorer(at), Exploration(Drawn(2, 200, 3), rules(on_end="reset"), best=1)
        assert len((await explored(by, await created(at), what))["kept"]) == 1
        with pytest.raises(InvalidValue, match="over 2000 bytes; nothing was kept"):
            await explored(by, await recorded(at), what)
        await by.close()

    run(test)


def test_the_log_of_a_long_future_that_is_kept_has_keyframes(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a rollout's has: one at every turn here, so that each place is reached in a moment."""
    monkeypatch.setattr("shared.session.record.recorder.KEYFRAME_US", 1)
    monkeypatch.setattr("shared.session.explore.walk.TURN_S", 0.0)

    async def test() -> None:
        store = MemoryStore()
        at = session(store)
        reference = await recorded(at, "Pendulum-v1")
        by, history = explorer(at), History(at)
        reply = await explored(by, reference, Exploration(Drawn(2, 30, 3), rules(), indices=(1,)))
        kept = Reference("public", reply["kept"][0]["instance_id"])
        keys = [entry.key async for entry in store.list(f"history/public/{kept.instance_id}/")]
        assert len([key for key in keys if "/k" in key]) > 20
        observation, *_ = await returned(history, kept, Place(1, 29))
        assert observation.tolist() == reply["observations"][1].tolist()
        middle = await history.state(kept, Place(1, 14))
        assert middle.header.progress.steps == 15
        _, verified = await history.verify(kept, None, 60)
        assert (verified.difference, verified.calls) == (None, 30)
        await by.close()
        await history.close()

    run(test)


def test_of_equal_returns_the_first_is_kept() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        by = explorer(at)
        reply = await explored(by, await created(at), Exploration(Drawn(9, 2, 0), RETURNS, best=2))
        assert [each["index"] for each in reply["kept"]] == [0, 1]
        await by.close()

    run(test)
