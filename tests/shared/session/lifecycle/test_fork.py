"""A fork that fails in the middle leaves none behind, or is completed by its key; it touches no twin in use."""

import asyncio

import pytest

from shared.errors import InstanceNotFound, KeyReused, OutcomeUnknown, StaleRevision, StoreFailed, StoreUnavailable
from shared.session.stored.idempotency import Keyed
from shared.session.stored.reference import Reference
from shared.storage.protocol import Conflict
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import created, fail, key, listed, nothing, run, session, step, turns_beside


@pytest.mark.parametrize("remote", [False, True])
def test_a_fork_that_fails_in_the_middle_leaves_none_behind(remote: bool) -> None:
    async def test() -> None:
        store = FaultyStore(remote=remote)
        at = session(store)
        reference = await created(at)
        store.before_put.extend([nothing] * 5 + [fail(StoreUnavailable("gone"))])
        with pytest.raises(StoreFailed, match="none was left behind"):
            await at.forking.fork(reference, 10, None)
        assert list(await listed(at)) == [reference.instance_id]
        assert [entry.key async for entry in store.list("state/")] == [reference.key]

    run(test)


def test_a_fork_that_cannot_be_taken_back_is_named() -> None:
    async def test() -> None:
        store = FaultyStore(remote=False)
        at = session(store)
        reference = await created(at)
        store.before_put.extend([nothing] * 2 + [fail(StoreUnavailable("gone"))])
        store.before_delete.append(fail(StoreUnavailable("gone")))
        with pytest.raises(StoreFailed, match="these may be left and can be closed") as raised:
            await at.forking.fork(reference, 10, None)
        left = set(raised.value.evidence["left_behind"])
        assert left
        assert set(await listed(at)) == left | {reference.instance_id}

    run(test)


@pytest.mark.parametrize("written", [True, False])
def test_a_fork_whose_write_was_of_unknown_outcome_is_taken_back_or_named(written: bool) -> None:
    """The store loses the reply to the write of a twin, and then does not answer when it is asked about it."""

    async def test() -> None:
        store = FaultyStore(remote=False)
        at = session(store)
        reference = await created(at)
        fault = [nothing, fail(OutcomeUnknown("lost"))]
        (store.after_put if written else store.before_put).extend(fault)
        store.before_get += [nothing, fail(StoreUnavailable("gone"))]
        with pytest.raises(StoreFailed, match="none was left behind") as raised:
            await at.forking.fork(reference, 3, None)
        assert raised.value.evidence["left_behind"] == []
        assert [entry.key async for entry in store.list("state/")] == [reference.key]
        assert len([entry async for entry in store.list("index/")]) == 1

    run(test)


def test_forks_of_which_the_store_tells_nothing_any_more_are_named_if_they_may_be_there() -> None:
    async def test() -> None:
        store = FaultyStore(remote=False)
        at = session(store)
        reference = await created(at)
        store.after_put.append(fail(OutcomeUnknown("lost")))
        store.before_put += [nothing, *[fail(StoreUnavailable("gone"))] * 2]
        store.before_get += [nothing, *[fail(StoreUnavailable("gone"))] * 2]
        with pytest.raises(StoreFailed, match="these may be left and can be closed") as raised:
            await at.forking.fork(reference, 3, None)
        [left] = raised.value.evidence["left_behind"]
        await at.closing.close(reference._replace(instance_id=left), None, None)
        assert [entry.key async for entry in store.list("state/")] == [reference.key]

    run(test)


def test_a_fork_that_was_not_written_is_written_again() -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        reference = await created(at)
        store.before_put.append(fail(OutcomeUnknown("lost")))
        forked = await at.forking.fork(reference, 1, None)
        assert set(await listed(at)) == {reference.instance_id, *forked.instance_ids}

    run(test)


@pytest.mark.parametrize("remote", [False, True])
@pytest.mark.parametrize("writes", [0, 1, 3, 4, 6])
def test_a_keyed_fork_that_broke_off_is_completed_by_its_repetition(writes: int, remote: bool) -> None:
    """The repetition comes after the origin has gone on; its forks are of where it was if any had been written."""

    async def test() -> None:
        store = FaultyStore(remote=remote)
        reference = await created(session(store))
        store.before_put.extend([nothing] * writes + [fail(StoreUnavailable("gone"))])
        with pytest.raises(StoreFailed):
            await session(store).forking.fork(reference, 4, None, None, key("k"))
        at = session(store)
        await step(at, reference)
        forked = await at.forking.fork(reference, 4, None, None, key("k"))
        assert set(await listed(at)) == {reference.instance_id, *forked.instance_ids}
        origins = {(await at.snapshots.header(Reference("public", each))).origin for each in forked.instance_ids}
        assert origins == {(reference.instance_id, 2 if writes == 0 else 1)}

    run(test)


@pytest.mark.parametrize("error", [OutcomeUnknown("lost"), Conflict()])
def test_a_keyed_fork_whose_replies_are_lost_makes_its_forks_once(error: Exception) -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        reference = await created(at)
        store.after_put.extend([fail(error)] * 3)
        forked = await at.forking.fork(reference, 3, None, None, key("k"))
        assert set(await listed(at)) == {reference.instance_id, *forked.instance_ids}

    run(test)


def test_two_processes_with_one_key_make_one_set_of_forks() -> None:
    async def test() -> None:
        store = FaultyStore()
        one, other = session(store), session(store)
        reference = await created(one)
        both = await asyncio.gather(*(at.forking.fork(reference, 5, None, None, key("k")) for at in (one, other)))
        assert both[0].instance_ids == both[1].instance_ids
        assert len(await listed(one)) == 6

    run(test)


def test_a_repeated_fork_touches_no_fork_that_went_on_or_was_closed() -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        reference = await created(at)
        forked = await at.forking.fork(reference, 3, None, None, key("k"))
        twins = [Reference("public", each) for each in forked.instance_ids]
        await step(at, twins[2])
        await at.closing.close(twins[1], None, None)
        again = await at.forking.fork(reference, 3, None, None, key("k"))
        assert again == forked._replace(replayed=True)
        assert (await at.snapshots.header(twins[2])).progress.steps == 1
        with pytest.raises(InstanceNotFound):
            await at.snapshots.header(twins[1])
        for gone in (twins[0], reference):
            await at.closing.close(gone, None, None)
        assert (await at.forking.fork(reference, 3, None, None, key("k"))).replayed
        with pytest.raises(KeyReused):
            await at.forking.fork(reference, 3, None, None, key("k", b"another"))
        assert len(await listed(at)) == 1

    run(test)


def test_a_fork_conditional_on_another_revision_makes_none() -> None:
    async def test() -> None:
        at = session(FaultyStore())
        reference = await created(at)
        with pytest.raises(StaleRevision):
            await at.forking.fork(reference, 2, None, 0, key("k"))
        assert len(await listed(at)) == 1
        assert len((await at.forking.fork(reference, 2, None, 1, key("k"))).instance_ids) == 2

    run(test)


@pytest.mark.parametrize("keyed", [None, key("k")])
def test_others_have_a_turn_after_each_twin(keyed: Keyed | None) -> None:
    async def test() -> None:
        at = session(FaultyStore(remote=False))
        reference = await created(at)
        assert await turns_beside(at.forking.fork(reference, 50, None, keyed=keyed)) >= 50

    run(test)
