"""Every acknowledged call is applied once, whichever process takes it and whatever the store does."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import gymnasium
import msgspec
import pytest

from shared.errors import (
    Contended,
    EnvironmentRaised,
    InvalidAction,
    OutcomeUnknown,
    ResetNeeded,
    StaleRevision,
    StoreUnavailable,
)
from shared.session.calls import operations
from shared.session.live.cache import Live
from shared.session.session import Session
from shared.session.stored.reference import Reference
from shared.snapshot.contract.recipe import Recipe
from shared.storage.protocol import Conflict, Store
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import at_once

KEYS = [b"a key of thirty-two characters.."]
STEP = operations.step(1)


def session(store: Store, **changes: Any) -> Session:
    return Session(store, KEYS, **{"live_envs": 8, "idle_ttl_s": 3600, **changes})


async def created(at: Session, recipe: Recipe | None = None, seed: int | None = 5) -> Reference:
    """A new instance, reset with the seed."""
    header = await at.creation.create("public", recipe or Recipe("CartPole-v1"), ())
    if seed is not None:
        await at.call(header.reference, operations.reset(seed, None), encode)
    return header.reference


def encode(reply: Any) -> Any:
    return reply


async def step(at: Session, reference: Reference) -> list[float]:
    outcome = await at.call(reference, STEP, encode)
    return [float(value) for value in outcome.reply["observation"]]


def uninterrupted(steps: int, seed: int = 5, env_id: str = "CartPole-v1") -> list[list[float]]:
    """What an environment that is never interrupted gives for the same calls."""
    env = gymnasium.make(env_id)
    env.reset(seed=seed)
    return [[float(value) for value in env.step(1)[0]] for _ in range(steps)]


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.get_event_loop().run_until_complete(test())


def fail(error: Exception) -> Callable[[], None]:
    def fault() -> None:
        raise error

    return fault


@pytest.mark.parametrize("blocking", [False, True])
def test_a_warm_step_is_one_write_and_no_read(blocking: bool) -> None:
    async def test() -> None:
        store = FaultyStore(blocking=blocking)
        at = session(store)
        reference = await created(at)
        store.calls.clear()
        await step(at, reference)
        assert store.calls == {"put": 1}

    run(test)


def test_after_a_conflict_a_near_store_is_asked_before_every_step_for_a_while() -> None:
    """Asking costs less there than a step made in vain, so taking turns costs no conflicts."""

    async def test() -> None:
        store = FaultyStore(blocking=False)
        one, other = session(store), session(store)
        reference = await created(one)
        for at in (other, one):
            await step(at, reference)
        store.calls.clear()
        for at in (other, one, one, other):
            await step(at, reference)
        assert store.calls["put"] == 4 + 1  # the one conflict is the other's, whose first step was made unasked

    run(test)


def test_a_cold_step_is_one_read_and_one_write() -> None:
    async def test() -> None:
        store = FaultyStore()
        reference = await created(session(store))
        cold = session(store)
        store.calls.clear()
        await step(cold, reference)
        assert store.calls == {"get": 1, "put": 1}

    run(test)


@pytest.mark.parametrize("blocking", [False, True])
def test_two_processes_serve_one_episode_in_turns_bit_for_bit(blocking: bool) -> None:
    async def test() -> None:
        store = FaultyStore(blocking=blocking)
        one, other = session(store), session(store)
        reference = await created(one)
        found = [await step(at, reference) for at in (one, other, other, one, one, other, one, other)]
        assert found == uninterrupted(8)

    run(test)


@pytest.mark.parametrize("blocking", [False, True])
def test_concurrent_steps_are_each_applied_once(blocking: bool) -> None:
    async def test() -> None:
        store = FaultyStore(blocking=blocking)
        sessions = [session(store), session(store)]
        reference = await created(sessions[0])
        found = await asyncio.gather(*(step(sessions[number % 2], reference) for number in range(8)))
        assert sorted(found) == sorted(uninterrupted(8))
        assert (await sessions[0].snapshots.header(reference)).revision == 9

    run(test)


@pytest.mark.parametrize("error", [OutcomeUnknown("the reply was lost"), Conflict()])
def test_a_write_whose_reply_is_lost_is_not_applied_twice(error: Exception) -> None:
    """A retried conditional write reports a conflict with its own success."""

    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        reference = await created(at)
        store.after_put.append(fail(error))
        assert [await step(at, reference) for _ in range(3)] == uninterrupted(3)

    run(test)


@pytest.mark.parametrize("error", [OutcomeUnknown("the request was lost"), Conflict()])
def test_a_write_that_was_not_done_is_done_again(error: Exception) -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        reference = await created(at)
        store.before_put.append(fail(error))
        assert [await step(at, reference) for _ in range(3)] == uninterrupted(3)

    run(test)


def test_a_step_that_never_gets_through_is_refused_and_not_applied() -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        reference = await created(at)
        store.before_put.extend([fail(Conflict())] * 8)
        with pytest.raises(Contended):
            await step(at, reference)
        assert [await step(at, reference) for _ in range(2)] == uninterrupted(2)

    run(test)


@pytest.mark.parametrize("error", [StoreUnavailable("gone"), RuntimeError("a bug"), asyncio.CancelledError()])
def test_a_live_environment_does_not_outlive_a_failed_save(error: BaseException) -> None:
    async def test() -> None:
        store = FaultyStore(blocking=False)
        at = session(store)
        reference = await created(at)

        def fault() -> None:
            raise error

        store.before_put.append(fault)
        with pytest.raises(type(error)):
            await step(at, reference)
        assert [await step(at, reference) for _ in range(2)] == uninterrupted(2)

    run(test)


def test_a_store_that_loses_every_write_is_not_called_contention() -> None:
    """A write that was lost on its way may still arrive, so nobody is told that it was not applied."""

    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        reference = await created(at)
        store.before_put.extend([fail(OutcomeUnknown("500"))] * 8)
        with pytest.raises(OutcomeUnknown, match="may yet be applied") as raised:
            await step(at, reference)
        assert raised.value.evidence["retry_after"] == 1
        assert await step(at, reference) == uninterrupted(1)[0]

    run(test)


def test_a_write_that_cannot_be_read_back_is_of_unknown_outcome() -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        reference = await created(at)
        store.after_put.append(fail(OutcomeUnknown("lost")))
        store.before_get.append(fail(StoreUnavailable("gone")))
        with pytest.raises(OutcomeUnknown, match="unknown whether the call was applied"):
            await step(at, reference)
        assert await step(at, reference) == uninterrupted(2)[1]

    run(test)


@pytest.mark.parametrize(("others", "known"), [(31, True), (32, False)])
def test_a_lost_write_that_others_have_pushed_out_is_not_applied_again(others: int, known: bool) -> None:
    async def test() -> None:
        store = FaultyStore(blocking=False)
        slow, busy = session(store), session(store)
        reference = await created(slow)

        def overtake() -> None:
            for _ in range(others):
                at_once(busy.call(reference, operations.sample("action_space"), encode))
            raise OutcomeUnknown("lost")

        store.after_put.append(overtake)
        if known:
            assert await step(slow, reference) == uninterrupted(1)[0]
        else:
            with pytest.raises(OutcomeUnknown, match="Over 32 other calls"):
                await step(slow, reference)
        assert (await slow.snapshots.header(reference)).progress.steps == 1

    run(test)


def test_a_step_whose_reply_was_lost_names_the_revision_that_it_made() -> None:
    """Another process wrote before the outcome was known: its revision is not that of this reply."""

    async def test() -> None:
        store = FaultyStore(blocking=False)
        slow, busy = session(store), session(store)
        reference = await created(slow)

        def overtake() -> None:
            at_once(busy.call(reference, STEP, encode))
            raise OutcomeUnknown("lost")

        store.after_put.append(overtake)
        assert (await slow.call(reference, STEP, encode)).header.revision == 2
        assert (await slow.snapshots.header(reference)).revision == 3

    run(test)


def test_an_instance_that_another_process_keeps_using_does_not_expire_here() -> None:
    async def test() -> None:
        store = FaultyStore()
        one, other = session(store, idle_ttl_s=60), session(store, idle_ttl_s=60)
        reference = await created(one)
        live = one._live.get(reference)
        assert live is not None
        await step(other, reference)
        past = msgspec.structs.replace(live.header, used=time.time() - 61)
        live.loaded = live.loaded._replace(header=past)
        assert await step(one, reference) == uninterrupted(2)[1]

    run(test)


def test_after_an_exception_of_the_environment_the_instance_is_at_its_last_good_state() -> None:
    async def test() -> None:
        at = session(FaultyStore())
        reference = await created(at)
        await step(at, reference)
        with pytest.raises(EnvironmentRaised):
            await at.call(reference, operations.reset(None, {"low": "x"}), encode)
        assert await step(at, reference) == uninterrupted(2)[1]

    run(test)


def test_a_refused_action_keeps_the_live_environment() -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        reference = await created(at)
        store.calls.clear()
        with pytest.raises(InvalidAction):
            await at.call(reference, operations.step(7), encode)
        await step(at, reference)
        assert store.calls == {"get": 1, "put": 1}  # the refusal was confirmed, the step needed no restore

    run(test)


def test_a_call_conditional_on_an_older_revision_is_refused() -> None:
    async def test() -> None:
        at = session(FaultyStore())
        reference = await created(at)
        with pytest.raises(StaleRevision, match="at revision 1, not 0"):
            await at.call(reference, STEP, encode, if_match=0)

    run(test)


def test_a_process_that_another_has_overtaken_does_not_answer_from_what_it_knows() -> None:
    """Neither with an old picture, nor with an error that held only before."""

    async def test() -> None:
        store = FaultyStore()
        ahead, behind = session(store), session(store)
        reference = await created(ahead, Recipe("FrozenLake-v1", render_mode="ansi"), seed=None)
        with pytest.raises(ResetNeeded):
            await behind.call(reference, operations.step(1), encode)
        await behind.call(reference, operations.describe_space("action_space"), encode)
        await ahead.call(reference, operations.reset(1, None), encode)
        await behind.call(reference, operations.step(1), encode)
        for _ in range(3):
            await ahead.call(reference, operations.step(1), encode)
        picture = operations.render(1)
        shown = (await behind.call(reference, picture, encode)).reply
        assert shown == (await ahead.call(reference, picture, encode)).reply
        await ahead.call(reference, STEP, encode, if_match=5)
        await behind.call(reference, STEP, encode, if_match=6)
        await ahead.call(reference, STEP, encode, if_match=7)

    run(test)


def test_more_instances_than_live_environments_are_all_served() -> None:
    async def test() -> None:
        at = session(FaultyStore(blocking=False), live_envs=2)
        references = [await created(at) for _ in range(5)]
        for expected in uninterrupted(4):
            for reference in references:
                assert await step(at, reference) == expected
        assert len(at._live._entries) == 2

    run(test)


def test_an_environment_whose_calls_are_long_leaves_the_event_loop() -> None:
    """The loop's own thread is asked for by name; nothing here measures a duration."""
    import threading

    threads: list[str] = []

    def slow(live: Live) -> Any:
        threads.append(threading.current_thread().name)
        time.sleep(0.02)
        return STEP(live)

    async def test() -> None:
        at = session(FaultyStore(blocking=False))
        reference = await created(at)
        found = []
        for _ in range(6):
            outcome = await at.call(reference, slow, encode)
            found.append([float(value) for value in outcome.reply["observation"]])
        assert found == uninterrupted(6)
        assert threads[0] == "MainThread"
        assert threads[-1].startswith("worker")

    run(test)


def test_another_library_version_is_refused_with_both_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from shared.errors import SnapshotIncompatible

    async def test() -> None:
        store = FaultyStore()
        reference = await created(session(store))
        monkeypatch.setattr(
            "shared.session.live.revalidate.libraries_of", lambda *_: {"gymnasium": "0.0.1", "numpy": "2.0"}
        )
        with pytest.raises(SnapshotIncompatible, match=rf"gymnasium {gymnasium.__version__} \(here 0\.0\.1\)"):
            await step(session(store), reference)
        monkeypatch.undo()
        assert await step(session(store), reference) == uninterrupted(1)[0]

    run(test)


def test_a_full_journal_refuses_the_call_and_keeps_the_live_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    from shared.errors import JournalFull

    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        header = await at.creation.create("public", Recipe("LunarLander-v3"), ())
        await at.call(header.reference, operations.reset(1, None), encode)
        with monkeypatch.context() as patched:
            patched.setattr("shared.snapshot.replay.replay.LONGEST_REPLAY_S", -1)
            store.calls.clear()
            with pytest.raises(JournalFull, match="reset it"):
                await at.call(header.reference, STEP, encode)
        await at.call(header.reference, STEP, encode)
        assert store.calls == {"get": 1, "put": 1}
        assert (await at.snapshots.header(header.reference)).progress.steps == 1

    run(test)
