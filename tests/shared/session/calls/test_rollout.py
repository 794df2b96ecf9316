"""A rollout leaves what as many single steps would, and lets other calls have their turn."""

from typing import Any

import pytest

from shared.errors import InvalidAction, InvalidValue
from shared.session.calls import operations
from shared.session.calls.actions import given, sampled
from shared.session.calls.rollout import OnEnd, rollout
from shared.snapshot.contract.recipe import Recipe
from tests.shared.session.episodes import STEP, call, created, step, uninterrupted
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import run, session


def test_a_rollout_and_as_many_steps_leave_the_same_state_and_count() -> None:
    async def test() -> None:
        store = FaultyStore(remote=False)
        at = session(store)
        reference = await created(at)
        [twin_id] = (await at.forking.fork(reference, 1, None)).instance_ids
        twin = reference._replace(instance_id=twin_id)
        store.calls.clear()
        outcome = await call(at, reference, rollout(given([1] * 6, 6), None, ["observations"], 1 << 20))
        assert store.calls == {"put": 1}
        assert outcome.reply["observations"].tolist() == uninterrupted(6)
        for _ in range(6):
            await call(at, twin, STEP)
        one, other = [await at.snapshots.load(each) for each in (reference, twin)]
        assert one.body == other.body
        assert one.header.progress == other.header.progress

    run(test)


def test_nothing_is_applied_of_a_rollout_that_is_refused() -> None:
    async def test() -> None:
        at = session(FaultyStore(remote=False))
        reference = await created(at)
        with pytest.raises(InvalidAction):
            await call(at, reference, rollout(given([1, 1, 7], 9), None, [], 1 << 20))
        with pytest.raises(InvalidValue, match="GYM_HTTP_MAX_REPLY_BYTES"):
            await call(at, reference, rollout(given([1] * 8, 9), None, ["observations"], 16))
        assert await step(at, reference) == uninterrupted(1)[0]

    run(test)


@pytest.mark.parametrize(("on_end", "steps", "resets"), [("stop", 3, 0), ("reset", 7, 2), ("continue", 7, 0)])
def test_what_follows_the_end_of_an_episode_is_as_was_asked(on_end: OnEnd, steps: int, resets: int) -> None:
    async def test() -> None:
        at = session(FaultyStore(remote=False))
        reference = await created(at, Recipe("CartPole-v1", max_episode_steps=3))
        reply = (
            await call(at, reference, rollout(given([1, 0, 1, 0, 1, 0, 1], 7), on_end, ["truncations"], 999))
        ).reply
        assert (reply["steps"], len(reply["resets"])) == (steps, resets)
        assert [index for index, ended in enumerate(reply["truncations"]) if ended][:1] == [2]

    run(test)


@pytest.mark.parametrize(
    ("recipe", "on_end"),
    [(Recipe("CartPole-v1", num_envs=2), "stop"), (Recipe("CartPole-v1", autoreset="SameStep"), "reset")],
)
def test_an_end_that_cannot_follow_is_refused(recipe: Recipe, on_end: OnEnd) -> None:
    async def test() -> None:
        at = session(FaultyStore(remote=False))
        reference = await created(at, recipe)
        with pytest.raises(InvalidValue, match="on_end"):
            await call(at, reference, rollout(sampled(2, 2), on_end, [], 999))

    run(test)


def test_a_long_rollout_yields_its_thread_many_times() -> None:
    turns: list[Any] = []

    async def test() -> None:
        at = session(FaultyStore(remote=False))
        reference = await created(at)
        live = at.live.get(reference)
        assert live is not None
        operation = rollout(sampled(3000, 3000), "reset", [], 1)
        turns.extend(live.attempt(operation, lambda result: result, packed=False))

    run(test)
    assert len(turns) > 3


def test_an_operation_that_is_short_never_yields() -> None:
    async def test() -> None:
        at = session(FaultyStore(remote=False))
        live = at.live.get(await created(at))
        assert live is not None
        assert [*live.attempt(operations.Step(0), lambda result: result, packed=False)] == []

    run(test)
