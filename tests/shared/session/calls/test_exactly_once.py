"""Every acknowledged call is applied once, whichever process takes it and whatever the store does."""

import asyncio
from typing import Any

import pytest

from shared.errors import (
    Contended,
    EnvironmentRaised,
    InvalidAction,
    JournalFull,
    OutcomeUnknown,
    ResetNeeded,
    StaleRevision,
    StoreUnavailable,
)
from shared.session.calls import operations
from shared.snapshot.contract.recipe import Recipe
from shared.storage.protocol import Conflict, Tag
from tests.shared.session.episodes import STEP, call, created, step, uninterrupted
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import at_once, fail, nothing, run, session


@pytest.mark.parametrize("remote", [False, True])
def test_a_warm_step_is_one_write_and_no_read(remote: bool) -> None:
    async def test() -> None:
        store = FaultyStore(remote=remote)
        at = session(store)
        reference = await created(at)
        store.calls.clear()
        await step(at, reference)
        assert store.calls == {"put": 1}

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


@pytest.mark.parametrize("remote", [False, True])
def test_two_processes_serve_one_episode_in_turns_bit_for_bit(remote: bool) -> None:
    async def test() -> None:
        store = FaultyStore(remote=remote)
        one, other = session(store), session(store)
        reference = await created(one)
        found = [await step(at, reference) for at in (one, other, other, one, one, other, one, other)]
        assert found == uninterrupted(8)

    run(test)


@pytest.mark.parametrize("remote", [False, True])
def test_concurrent_steps_are_each_applied_once(remote: bool) -> None:
    async def test() -> None:
        store = FaultyStore(remote=remote)
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
        store = FaultyStore(remote=False)
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
        with pytest.raises(OutcomeUnknown, match="it is unknown whether the call was applied"):
            await step(at, reference)
        assert await step(at, reference) == uninterrupted(2)[1]

    run(test)


@pytest.mark.parametrize(("others", "known"), [(31, True), (32, False)])
def test_a_lost_write_that_others_have_pushed_out_is_not_applied_again(others: int, known: bool) -> None:
    async def test() -> None:
        store = FaultyStore(remote=False)
        slow, busy = session(store), session(store)
        reference = await created(slow)

        def overtake() -> None:
            for _ in range(others):
                at_once(call(busy, reference, operations.sample("action_space")))
            raise OutcomeUnknown("lost")

        store.after_put.append(overtake)
        if known:
            assert await step(slow, reference) == uninterrupted(1)[0]
        else:
            with pytest.raises(OutcomeUnknown, match="Over 32 other calls"):
                await step(slow, reference)
        assert (await slow.snapshots.header(reference)).progress.steps == 1

    run(test)


@pytest.mark.parametrize("remote", [False, True])
@pytest.mark.parametrize("others", [1, 31, 32, 33, 40, 500])
def test_a_process_comes_back_to_an_instance_after_any_number_of_others_calls(others: int, remote: bool) -> None:
    async def test() -> None:
        store = FaultyStore(remote=remote)
        sessions = [session(store) for _ in range(3)]
        reference = await created(sessions[0])
        for at in sessions:
            await step(at, reference)
        for _ in range(others):
            await call(sessions[1], reference, operations.sample("action_space"))
        found = [await step(at, reference) for at in (sessions[0], sessions[2], sessions[1])]
        assert found == uninterrupted(6)[3:]

    run(test)


def test_a_write_that_is_done_after_it_was_looked_for_is_not_applied_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The request waits on its way and arrives while the next try begins."""

    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        reference = await created(at)
        put, late = store.put, []

        async def delay(*request: Any) -> Tag:
            monkeypatch.setattr(store, "put", put)
            late.append(request)
            raise OutcomeUnknown("lost")

        async def arrive() -> None:
            await put(*late.pop())

        monkeypatch.setattr(store, "put", delay)
        store.before_get.extend([nothing, arrive])  # it is read back, and then arrives
        assert await step(at, reference) == uninterrupted(1)[0]
        assert late == []
        assert await step(at, reference) == uninterrupted(2)[1]
        assert (await at.snapshots.header(reference)).revision == 3

    run(test)


def test_a_store_that_fails_after_a_lost_write_does_not_say_that_nothing_was_applied() -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        reference = await created(at)
        store.before_put.append(fail(OutcomeUnknown("lost")))
        store.before_get.extend([nothing, fail(StoreUnavailable("gone"))])
        with pytest.raises(OutcomeUnknown, match="unknown whether the call was applied"):
            await step(at, reference)
        store.before_put.append(fail(Conflict(sent_once=True)))
        store.before_get.extend([nothing, nothing, fail(StoreUnavailable("gone"))])
        with pytest.raises(StoreUnavailable):
            await step(at, reference)

    run(test)


def test_a_step_whose_reply_was_lost_names_the_revision_that_it_made() -> None:
    """Another process wrote before the outcome was known: its revision is not that of this reply."""

    async def test() -> None:
        store = FaultyStore(remote=False)
        slow, busy = session(store), session(store)
        reference = await created(slow)

        def overtake() -> None:
            at_once(call(busy, reference, STEP))
            raise OutcomeUnknown("lost")

        store.after_put.append(overtake)
        assert (await call(slow, reference, STEP)).header.revision == 2
        assert (await slow.snapshots.header(reference)).revision == 3

    run(test)


def test_after_an_exception_of_the_environment_the_instance_is_at_its_last_good_state() -> None:
    async def test() -> None:
        at = session(FaultyStore())
        reference = await created(at)
        await step(at, reference)
        with pytest.raises(EnvironmentRaised):
            await call(at, reference, operations.reset(None, {"low": "x"}))
        assert await step(at, reference) == uninterrupted(2)[1]

    run(test)


def test_a_refused_action_keeps_the_live_environment() -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        reference = await created(at)
        store.calls.clear()
        with pytest.raises(InvalidAction):
            await call(at, reference, operations.Step(7))
        await step(at, reference)
        assert store.calls == {"get": 1, "put": 1}  # the refusal was confirmed, the step needed no restore

    run(test)


def test_a_call_conditional_on_an_older_revision_is_refused() -> None:
    async def test() -> None:
        at = session(FaultyStore())
        reference = await created(at)
        with pytest.raises(StaleRevision, match="at revision 1, not 0"):
            await call(at, reference, STEP, if_match=0)

    run(test)


def test_a_process_that_another_has_overtaken_does_not_answer_from_what_it_knows() -> None:
    """Neither with an old picture, nor with an error that held only before."""

    async def test() -> None:
        store = FaultyStore()
        ahead, behind = session(store), session(store)
        reference = await created(ahead, Recipe("FrozenLake-v1", render_mode="ansi"), seed=None)
        with pytest.raises(ResetNeeded):
            await call(behind, reference, operations.Step(1))
        await call(behind, reference, operations.describe_space("action_space"))
        await call(ahead, reference, operations.reset(1, None))
        await call(behind, reference, operations.Step(1))
        for _ in range(3):
            await call(ahead, reference, operations.Step(1))
        picture = operations.render(1)
        shown = (await call(behind, reference, picture)).reply
        assert shown == (await call(ahead, reference, picture)).reply
        await call(ahead, reference, STEP, if_match=5)
        await call(behind, reference, STEP, if_match=6)
        await call(ahead, reference, STEP, if_match=7)

    run(test)


def test_a_full_journal_refuses_the_call_and_keeps_the_live_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        header = await at.creation.create("public", Recipe("LunarLander-v3"), ())
        await call(at, header.reference, operations.reset(1, None))
        with monkeypatch.context() as patched:
            patched.setattr("shared.snapshot.replay.replay.LONGEST_REPLAY_S", -1)
            store.calls.clear()
            with pytest.raises(JournalFull, match="reset it"):
                await call(at, header.reference, STEP)
        await call(at, header.reference, STEP)
        assert store.calls == {"get": 1, "put": 1}
        assert (await at.snapshots.header(header.reference)).progress.steps == 1

    run(test)
