"""Instances end for good over a store that deletes without asking, and a late write or delete takes no other."""

import asyncio

import pytest

from shared.errors import Contended, InstanceNotFound, QuotaExceeded, ReplyGone, StoreFailed, StoreUnavailable
from shared.session.inventory.merge import LEEWAY_S, Swept
from shared.session.inventory.sweep import sweep
from shared.session.session import Session
from shared.session.stored.ending import MARKER, has_ended
from shared.session.stored.reference import Reference
from shared.session.stored.tombstones import LIFETIME_S, PREFIX
from shared.snapshot.contract.recipe import Recipe
from shared.storage.protocol import Conflict, Stored
from tests.shared.session.conftest import Clock
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import at_once, created, fail, key, listed, nothing, run, session, step


def unconditional() -> FaultyStore:
    return FaultyStore(deletes_conditionally=False)


async def marked(store: FaultyStore, reference: Reference) -> bool:
    stored = await store.get(reference.key)
    return isinstance(stored, Stored) and has_ended(stored)


async def closed(at: Session, name: str = "make") -> Reference:
    """An instance that was created with a key, and closed."""
    reference = await created(at, key(name))
    await at.closing.close(reference, None, None)
    return reference


def test_a_closed_instance_is_a_marker_and_absent_for_everyone() -> None:
    async def test() -> None:
        store = unconditional()
        at, other = session(store), session(store)
        reference = await created(at)
        await step(other, reference)
        await at.closing.close(reference, None, None)
        assert await marked(store, reference)
        for each in (at, other, session(store)):
            with pytest.raises(InstanceNotFound):
                await each.snapshots.load(reference)
            with pytest.raises(InstanceNotFound):
                await step(each, reference)
            with pytest.raises(InstanceNotFound):
                await each.closing.close(reference, None, None)
            assert await listed(each) == {}

    run(test)


def test_a_store_that_deletes_conditionally_has_no_marker() -> None:
    async def test() -> None:
        store = FaultyStore()
        reference = await closed(session(store))
        assert await store.get(reference.key) is None

    run(test)


def test_a_closed_instance_counts_in_no_quota() -> None:
    async def test() -> None:
        store = unconditional()
        await closed(session(store))
        at = session(store, max_envs=1)
        await created(at)
        with pytest.raises(QuotaExceeded):
            await created(at)

    run(test)


def test_an_entry_of_the_index_that_was_left_lists_no_closed_instance() -> None:
    async def test() -> None:
        store = unconditional()
        at = session(store)
        reference = await created(at)
        store.before_delete.append(fail(StoreUnavailable("gone")))
        with pytest.raises(StoreUnavailable):
            await at.closing.close(reference, None, None)
        assert [entry.key async for entry in store.list("index/")] != []
        assert await listed(at) == {}

    run(test)


def test_a_creation_that_is_repeated_after_the_end_makes_nothing_anew() -> None:
    async def test() -> None:
        store = unconditional()
        at = session(store)
        reference = await closed(at)
        assert await at.creation.made_before("public", key("make")) == reference.instance_id
        async for entry in store.list(PREFIX):  # as if it had been swept
            await store.delete(entry.key)
        with pytest.raises(ReplyGone, match="use a new key"):
            await created(at, key("make"))
        assert await marked(store, reference)

    run(test)


def test_an_id_that_is_drawn_again_by_chance_is_drawn_anew() -> None:
    async def test() -> None:
        store = unconditional()
        at = session(store)
        reference = await closed(at)
        with pytest.raises(Contended):
            await at.creation.create("public", Recipe("CartPole-v1"), (), instance_id=reference.instance_id)

    run(test)


@pytest.mark.parametrize("error", [StoreUnavailable("gone"), Conflict()])
def test_an_end_whose_reply_is_lost_is_an_end(error: Exception) -> None:
    async def test() -> None:
        store = unconditional()
        at = session(store)
        reference = await created(at)
        store.after_put.extend([fail(error)])  # without a key there is no tombstone: this is the marker
        if isinstance(error, Conflict):
            await at.closing.close(reference, None, None)
        else:
            with pytest.raises(StoreUnavailable):
                await at.closing.close(reference, None, None)
        assert await marked(store, reference)

    run(test)


def test_a_step_that_comes_between_is_not_lost_and_the_end_comes_after_it() -> None:
    async def test() -> None:
        store = FaultyStore(remote=False, deletes_conditionally=False)
        at, other = session(store), session(store)
        reference = await created(at)
        await step(other, reference)

        def meanwhile() -> None:
            at_once(step(other, reference))

        store.before_put.append(meanwhile)
        await at.closing.close(reference, None, None)
        assert await marked(store, reference)

    run(test)


def test_a_fork_that_fails_is_taken_back() -> None:
    async def test() -> None:
        store = unconditional()
        at = session(store)
        reference = await created(at)
        store.before_put.extend([nothing] * 5 + [fail(StoreUnavailable("gone"))])
        with pytest.raises(StoreFailed, match="none was left behind"):
            await at.forking.fork(reference, 10, None)
        assert list(await listed(at)) == [reference.instance_id]

    run(test)


def test_the_sweep_deletes_a_marker_a_day_after_the_end(clock: Clock) -> None:
    async def test() -> None:
        store = unconditional()
        at = session(store, idle_ttl_s=10 * LIFETIME_S)
        reference = await closed(at)
        await sweep(at.bulk)
        assert await marked(store, reference)
        clock.forward(LIFETIME_S + LEEWAY_S + 60)
        await sweep(at.bulk)
        assert [entry async for entry in store.list("") if not entry.key.startswith(("clock/", "sweep/"))] == []

    run(test)


def test_an_instance_that_expires_becomes_a_marker_first(clock: Clock) -> None:
    async def test() -> None:
        store = unconditional()
        at = session(store, idle_ttl_s=60)
        reference = await created(at)
        clock.forward(120)
        assert await sweep(at.bulk) == Swept(1, 1, 0, 0)
        stored = await store.get(reference.key)
        assert isinstance(stored, Stored)
        assert stored.body == MARKER

    run(test)


def test_two_that_close_at_once_leave_one_marker() -> None:
    async def test() -> None:
        store = unconditional()
        at, other = session(store), session(store)
        reference = await created(at)
        ended = await asyncio.gather(
            at.closing.close(reference, None, None),
            other.closing.close(reference, None, None),
            return_exceptions=True,
        )
        assert any(each is False for each in ended)
        assert await marked(store, reference)

    run(test)
