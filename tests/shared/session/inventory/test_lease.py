"""One process sweeps a store at a time, and goes on where the last one was ended."""

import time

import pytest

from shared.errors import StoreUnavailable
from shared.session.inventory.lease import LEASE_S, RENEW_S, Lease, Place
from shared.storage.protocol import Conflict, Store
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import fail, run

PLACE = Place("ann", "5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11")


async def taken(objects: Store, now: float | None = None) -> Lease:
    lease = Lease(objects)
    assert await lease.take(time.time() if now is None else now)
    return lease


def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """A renewal is due."""
    real = time.monotonic
    monkeypatch.setattr("time.monotonic", lambda: real() + RENEW_S)


def test_while_one_has_it_no_other_takes_it() -> None:
    async def test() -> None:
        store = FaultyStore()
        lease = await taken(store)
        assert not await Lease(store).take(time.time())
        await lease.give_back()
        await taken(store)

    run(test)


def test_a_lease_whose_holder_was_killed_is_over_by_the_stores_clock() -> None:
    async def test() -> None:
        store = FaultyStore()
        await taken(store)
        assert not await Lease(store).take(time.time() + LEASE_S - 5)
        await taken(store, time.time() + LEASE_S + 5)

    run(test)


def test_of_two_that_take_it_at_the_same_moment_one_has_it() -> None:
    async def test() -> None:
        store = FaultyStore()
        other = Lease(store)

        async def first() -> None:
            store.before_put.clear()
            assert await other.take(time.time())

        store.before_put.append(first)
        assert not await Lease(store).take(time.time())
        assert await other.keep()

    run(test)


def test_who_has_it_keeps_it_by_a_renewal(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        store = FaultyStore()
        lease = await taken(store)
        assert await lease.keep()
        assert store.calls["put"] == 1
        later(monkeypatch)
        assert await lease.keep()
        assert store.calls["put"] == 2
        store.after_put.append(fail(Conflict()))  # it was done, and sent again
        later(monkeypatch)
        assert await lease.keep()
        await lease.give_back()
        await taken(store)

    run(test)


def test_who_has_lost_it_is_told_and_does_not_give_back_anothers(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        store = FaultyStore()
        lost = await taken(store)
        await taken(store, time.time() + LEASE_S + 5)
        later(monkeypatch)
        assert not await lost.keep()
        await lost.give_back()
        assert not await Lease(store).take(time.time())

    run(test)


@pytest.mark.parametrize("killed", [False, True])
def test_the_next_holder_goes_on_where_the_last_was_ended(killed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        store = FaultyStore()
        lease = await taken(store)
        assert lease.place == Place()
        lease.place = PLACE
        if killed:
            later(monkeypatch)
            assert await lease.keep()
        else:
            await lease.give_back()
        assert (await taken(store, time.time() + LEASE_S + 5)).place == PLACE

    run(test)


def test_a_store_that_fails_at_the_end_leaves_the_lease_to_run_out() -> None:
    async def test() -> None:
        store = FaultyStore()
        lease = await taken(store)
        store.before_put.append(fail(StoreUnavailable("the bucket is away")))
        await lease.give_back()
        assert not await Lease(store).take(time.time())
        await taken(store, time.time() + LEASE_S + 5)

    run(test)


def test_a_lease_that_nobody_can_read_is_free() -> None:
    async def test() -> None:
        store = FaultyStore()
        await store.put("sweep/lease", b"\xc1 of another release")
        await taken(store)

    run(test)
