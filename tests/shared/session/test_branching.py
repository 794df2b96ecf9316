"""A fork that fails in the middle leaves none behind, or says which; nothing is restored to make one."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from shared.errors import OutcomeUnknown, StoreFailed, StoreUnavailable
from shared.session import operations
from shared.session.envelope import Reference
from shared.session.session import Session
from shared.snapshot.recipe import Recipe
from shared.storage.protocol import Conflict
from tests.shared.session.faulty import FaultyStore

KEYS = [b"a key of thirty-two characters.."]


def session(store: FaultyStore) -> Session:
    return Session(store, KEYS, live_envs=8, idle_ttl_s=3600)


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.get_event_loop().run_until_complete(test())


async def created(at: Session) -> Reference:
    header = await at.creation.create("public", Recipe("CartPole-v1"), ())
    await at.call(header.reference, operations.reset(1, None), lambda reply: reply)
    return header.reference


def fail(error: Exception) -> Callable[[], None]:
    def fault() -> None:
        raise error

    return fault


def nothing() -> None:
    """A write that succeeds."""


@pytest.mark.parametrize("brief", [True, False])
def test_a_fork_that_fails_in_the_middle_leaves_none_behind(brief: bool) -> None:
    async def test() -> None:
        store = FaultyStore(brief=brief)
        at = session(store)
        reference = await created(at)
        store.before_put.extend([nothing] * 5 + [fail(StoreUnavailable("gone"))])
        with pytest.raises(StoreFailed, match="none was left behind"):
            await at.branching.fork(reference, 10, None)
        assert list(await at.snapshots.list("public")) == [reference.instance_id]

    run(test)


def test_a_fork_that_cannot_be_taken_back_is_named() -> None:
    async def test() -> None:
        store = FaultyStore(brief=True)
        at = session(store)
        reference = await created(at)
        store.before_put.extend([nothing] * 2 + [fail(StoreUnavailable("gone"))])
        store.before_delete.append(fail(StoreUnavailable("gone")))
        with pytest.raises(StoreFailed, match="these exist and may be closed") as raised:
            await at.branching.fork(reference, 10, None)
        left = set(raised.value.evidence["left_behind"])
        assert left
        assert set(await at.snapshots.list("public")) == left | {reference.instance_id}

    run(test)


@pytest.mark.parametrize("error", [Conflict(), StoreFailed("x")])
def test_a_restore_whose_reply_is_lost_is_done_once(error: Exception) -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        reference = await created(at)
        kept = await at.branching.checkpoint(reference, "")
        if isinstance(error, Conflict):
            store.after_put.append(fail(error))
        header = await at.branching.restore(kept.reference, None)
        assert (header.revision, header.progress) == (2, kept.progress)

    run(test)


@pytest.mark.parametrize("error", [OutcomeUnknown("lost"), Conflict()])
def test_a_restore_that_gets_through_at_its_last_try_is_acknowledged(error: Exception) -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        kept = await at.branching.checkpoint(await created(at), "")
        store.before_put.extend([fail(error)] * 7)
        store.after_put.append(fail(error))
        assert (await at.branching.restore(kept.reference, None)).revision == 2

    run(test)


def test_a_fork_and_a_checkpoint_that_were_not_written_are_written_again() -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        reference = await created(at)
        store.before_put.append(fail(OutcomeUnknown("lost")))
        [twin] = await at.branching.fork(reference, 1, None)
        assert set(await at.snapshots.list("public")) == {reference.instance_id, twin.instance_id}
        store.before_put.append(fail(OutcomeUnknown("lost")))
        kept = await at.branching.checkpoint(reference, "")
        assert [each.reference for each in await at.branching.checkpoints(reference)] == [kept.reference]

    run(test)


def test_forks_and_checkpoints_restore_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        store = FaultyStore()
        reference = await created(session(store))
        cold = session(store)
        monkeypatch.setattr("shared.session.session.rebuilt", None)
        await cold.branching.fork(reference, 3, 1)
        kept = await cold.branching.checkpoint(reference, "")
        await cold.branching.restore(kept.reference, None)
        assert len(await cold.branching.checkpoints(reference)) == 1

    run(test)


def test_a_snapshot_under_a_checkpoints_key_is_refused_and_the_other_way_round() -> None:
    from shared.errors import SnapshotCorrupt

    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        reference = await created(at)
        kept = (await at.branching.checkpoint(reference, "")).reference
        state, checkpoint = store.get(reference.key), store.get(kept.key)
        assert state is not None
        assert checkpoint is not None
        store.put(reference.key, checkpoint.body)  # type: ignore[union-attr]
        store.put(kept.key, state.body)  # type: ignore[union-attr]
        for each in (reference, kept):
            with pytest.raises(SnapshotCorrupt, match="another instance's"):
                await at.snapshots.load(each)

    run(test)
