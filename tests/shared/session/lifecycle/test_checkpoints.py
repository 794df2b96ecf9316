"""Checkpoints are made, deleted and gone back to once, whatever the store does; nothing is restored for it."""

from typing import Any

import msgspec
import pytest

from shared.errors import (
    CheckpointNotFound,
    KeyReused,
    OutcomeUnknown,
    ReplyGone,
    SnapshotCorrupt,
    StaleRevision,
    StoreFailed,
    StoreUnavailable,
)
from shared.session.stored.header import Header, Turn
from shared.storage.protocol import Conflict
from tests.shared.session import episodes
from tests.shared.session.conftest import Clock
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import created, fail, key, nothing, run, session, step, turns_beside
from tests.shared.session.writers import ENDLESS, writing


def record(header: Header) -> Any:
    return {"revision": header.revision, "used": header.used, "steps": header.progress.steps}


@pytest.mark.parametrize("error", [Conflict(), StoreFailed("x")])
def test_a_restore_whose_reply_is_lost_is_done_once(error: Exception) -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        reference = await created(at)
        kept = await at.checkpoints.keep(reference, "")
        if isinstance(error, Conflict):
            store.after_put.append(fail(error))
        header = (await at.checkpoints.restore(kept.reference, record)).header
        assert (header.revision, header.progress) == (2, kept.progress)

    run(test)


@pytest.mark.parametrize("error", [OutcomeUnknown("lost"), Conflict()])
def test_a_restore_that_gets_through_at_its_last_try_is_acknowledged(error: Exception) -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        kept = await at.checkpoints.keep(await created(at), "")
        store.before_put.extend([fail(error)] * 7)
        store.after_put.append(fail(error))
        assert (await at.checkpoints.restore(kept.reference, record)).header.revision == 2

    run(test)


def test_a_restore_by_a_host_whose_clock_is_behind_does_not_expire_the_instance(clock: Clock) -> None:
    async def test() -> None:
        at = session(FaultyStore())
        kept = await at.checkpoints.keep(await created(at), "")
        before = await at.snapshots.header(kept.reference.instance)
        clock.forward(-30 * 86400)
        restored = (await at.checkpoints.restore(kept.reference, record)).header
        clock.forward(30 * 86400)
        assert restored.used >= before.used
        assert (await at.snapshots.header(kept.reference.instance)).used == restored.used

    run(test)


def test_a_repeated_restore_is_done_once_and_gets_the_first_reply() -> None:
    async def test() -> None:
        at = session(FaultyStore())
        kept = await at.checkpoints.keep(await created(at), "")
        first = await at.checkpoints.restore(kept.reference, record, None, key("k"))
        await step(at, kept.reference.instance)
        await at.checkpoints.delete(kept.reference)
        again = await at.checkpoints.restore(kept.reference, record, None, key("k"))
        assert (again.reply, again.header.revision, again.replayed) == (first.reply, 2, True)
        with pytest.raises(KeyReused):
            await at.checkpoints.restore(kept.reference, record, None, key("k", b"another"))
        assert (await at.snapshots.header(kept.reference.instance)).revision == 3

    run(test)


def test_a_restores_reply_is_the_record_that_is_stored() -> None:
    async def test() -> None:
        at = session(FaultyStore())
        kept = await at.checkpoints.keep(await created(at), "")
        outcome = await at.checkpoints.restore(kept.reference, record, None, key("k"))
        assert outcome.reply == record(await at.snapshots.header(kept.reference.instance))

    run(test)


def test_a_restore_that_cannot_be_read_back_is_of_unknown_outcome() -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        kept = await at.checkpoints.keep(await created(at), "")

        def lose() -> None:
            store.before_get.append(fail(StoreUnavailable("gone")))
            raise OutcomeUnknown("lost")

        store.after_put.append(lose)
        with pytest.raises(OutcomeUnknown, match="is unknown"):
            await at.checkpoints.restore(kept.reference, record, None, key("k"))
        assert (await at.checkpoints.restore(kept.reference, record, None, key("k"))).replayed

    run(test)


@pytest.mark.parametrize("error", [OutcomeUnknown("lost"), Conflict(), StoreUnavailable("gone")])
def test_a_repeated_checkpoint_is_made_once_and_of_the_first_state(error: Exception) -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        reference = await created(at)
        store.after_put.append(fail(error))
        if isinstance(error, StoreUnavailable):
            with pytest.raises(StoreUnavailable):
                await at.checkpoints.keep(reference, "a", None, key("k"))
        else:
            await at.checkpoints.keep(reference, "a", None, key("k"))
        await step(at, reference)
        again = await at.checkpoints.kept_before(reference, key("k"))
        assert again is not None
        assert (again.revision, again.checkpoint_name) == (1, "a")
        assert len((await at.checkpoints.list(reference))[1]) == 1
        with pytest.raises(KeyReused):
            await at.checkpoints.kept_before(reference, key("k", b"another"))

    run(test)


def test_a_checkpoint_that_was_not_written_is_written_again() -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        reference = await created(at)
        store.before_put.append(fail(OutcomeUnknown("lost")))
        kept = await at.checkpoints.keep(reference, "")
        assert [each.reference for each in (await at.checkpoints.list(reference))[1]] == [kept.reference]

    run(test)


def test_a_repeated_checkpoint_that_was_deleted_is_not_made_anew() -> None:
    async def test() -> None:
        at = session(FaultyStore())
        kept = await at.checkpoints.keep(await created(at), "", None, key("k"))
        await at.checkpoints.delete(kept.reference)
        with pytest.raises(ReplyGone, match="deleted since"):
            await at.checkpoints.kept_before(kept.reference.instance, key("k"))
        with pytest.raises(CheckpointNotFound):
            await at.checkpoints.delete(kept.reference)

    run(test)


def test_a_repeated_deletion_of_a_checkpoint_gets_the_first_reply() -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        kept = await at.checkpoints.keep(await created(at), "")
        store.after_delete.append(fail(StoreUnavailable("gone")))
        with pytest.raises(StoreUnavailable):
            await at.checkpoints.delete(kept.reference, None, key("d"))
        assert (await at.checkpoints.delete(kept.reference, None, key("d")))[1] is True
        with pytest.raises(KeyReused):
            await at.checkpoints.delete(kept.reference, None, key("d", b"another"))
        for other in (None, key("e")):
            with pytest.raises(CheckpointNotFound):
                await at.checkpoints.delete(kept.reference, None, other)

    run(test)


def test_what_is_conditional_on_another_revision_is_not_done() -> None:
    async def test() -> None:
        at = session(FaultyStore())
        reference = await created(at)
        kept = await at.checkpoints.keep(reference, "", 1)
        with pytest.raises(StaleRevision):
            await at.checkpoints.keep(reference, "", 0)
        with pytest.raises(StaleRevision):
            await at.checkpoints.delete(kept.reference, 0, key("d"))
        assert len((await at.checkpoints.list(reference))[1]) == 1

    run(test)


def test_forks_and_checkpoints_restore_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        store = FaultyStore()
        reference = await created(session(store))
        cold = session(store)
        monkeypatch.setattr("shared.session.live.cache.rebuilt", None)
        await cold.forking.fork(reference, 3, 1)
        kept = await cold.checkpoints.keep(reference, "")
        await cold.checkpoints.restore(kept.reference, record)
        assert len((await cold.checkpoints.list(reference))[1]) == 1

    run(test)


def test_a_snapshot_under_a_checkpoints_key_is_refused_and_the_other_way_round() -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        reference = await created(at)
        kept = (await at.checkpoints.keep(reference, "")).reference
        state, checkpoint = await store.get(reference.key), await store.get(kept.key)
        assert state is not None
        assert checkpoint is not None
        await store.put(reference.key, checkpoint.body)  # type: ignore[union-attr]
        await store.put(kept.key, state.body)  # type: ignore[union-attr]
        for each in (reference, kept):
            with pytest.raises(SnapshotCorrupt, match="another instance's"):
                await at.snapshots.load(each)

    run(test)


def test_an_instance_is_restored_while_another_process_writes_to_it_without_a_pause() -> None:
    async def test() -> None:
        store = FaultyStore()
        fast = session(store)
        kept = await fast.checkpoints.keep(await episodes.created(fast, ENDLESS), "")
        async with writing(fast, kept.reference.instance) as others:
            for _ in range(4):
                restored = await session(store).checkpoints.restore(kept.reference, record)
                assert restored.header.progress == kept.progress
                await others.serve(3)
        header = await fast.snapshots.header(kept.reference.instance)
        assert header.revision == 1 + others.served + 4

    run(test)


def test_no_copy_of_an_instance_takes_its_turn_with_it() -> None:
    """A checkpoint, a fork and what is restored would be kept for a call that is on another instance."""

    async def test() -> None:
        at = session(FaultyStore())
        reference = await created(at)
        kept = await at.checkpoints.keep(reference, "")
        loaded = await at.snapshots.load(reference)
        header = msgspec.structs.replace(loaded.header, turn=Turn(b"another.", 0.1))
        await at.snapshots.save(header, loaded.body, loaded.tag)
        assert (await at.checkpoints.keep(reference, "")).turn is None
        [fork] = (await at.forking.fork(reference, 1, None)).instance_ids
        assert (await at.snapshots.header(reference._replace(instance_id=fork))).turn is None
        assert (await at.checkpoints.restore(kept.reference, record)).header.turn is None

    run(test)


def test_others_have_a_turn_after_each_checkpoint_of_a_list_and_of_a_deletion() -> None:
    async def test() -> None:
        at = session(FaultyStore(remote=False))
        reference = await created(at)
        for _ in range(20):
            await at.checkpoints.keep(reference, "")
        assert await turns_beside(at.checkpoints.list(reference)) >= 20
        assert await turns_beside(at.closing.close(reference, None, None)) >= 20

    run(test)


def test_a_store_that_fails_after_a_lost_restore_does_not_say_that_nothing_was_applied() -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        kept = await at.checkpoints.keep(await created(at), "")
        store.before_put.append(fail(OutcomeUnknown("lost")))
        store.before_get.extend([nothing, nothing, nothing, fail(StoreUnavailable("gone"))])
        with pytest.raises(OutcomeUnknown, match="unknown whether the call was applied"):
            await at.checkpoints.restore(kept.reference, record)

    run(test)
