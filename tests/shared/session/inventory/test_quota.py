"""An owner has no more instances than the limit, and a creation seldom costs a list of them."""

import asyncio
import math
import time
from collections.abc import Callable
from typing import Any

import pytest

from shared.errors import NotCreatable, QuotaExceeded
from shared.session.calls import operations
from shared.session.calls.call import InstanceCall
from shared.session.inventory.quota import Amount, Quota
from shared.session.session import Session
from shared.snapshot.contract.recipe import Recipe
from shared.storage.protocol import Stored
from tests.shared.session.conftest import Clock
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import created, key, listed, run, session, turns_beside


def forward(seconds: float) -> Callable[[], float]:
    """`time.monotonic` so many seconds later."""
    real = time.monotonic
    return lambda: real() + seconds


async def create(at: Session, owner: str = "ann", **recipe: Any) -> Any:
    return await at.creation.create(owner, Recipe("CartPole-v1", **recipe), ())


def test_an_owner_has_as_many_as_the_limit_and_another_owner_too() -> None:
    async def test() -> None:
        at = session(FaultyStore(), max_envs=3)
        for owner in ("ann", "bob"):
            for _ in range(3):
                await create(at, owner)
            with pytest.raises(QuotaExceeded, match="You have 3 environments, and 3 is the most") as raised:
                await create(at, owner)
            assert raised.value.evidence == {"limit": 3}

    run(test)


def test_forks_count_and_are_made_all_or_none() -> None:
    async def test() -> None:
        at = session(FaultyStore(), max_envs=5)
        reference = await created(at)
        for keyed in (None, key("k")):
            with pytest.raises(QuotaExceeded):
                await at.forking.fork(reference, 5, None, None, keyed)
        assert len(await listed(at)) == 1
        await at.forking.fork(reference, 4, None, None, key("k"))
        assert (await at.forking.fork(reference, 4, None, None, key("k"))).replayed
        with pytest.raises(QuotaExceeded):
            await at.forking.fork(reference, 1, None)

    run(test)


def test_what_is_closed_or_was_refused_makes_room_again() -> None:
    async def test() -> None:
        at = session(FaultyStore(), max_envs=2)
        first = await create(at)
        for _ in range(3):
            with pytest.raises(NotCreatable):
                await create(at, kwargs={"nothing": 1})
        await create(at)
        with pytest.raises(QuotaExceeded):
            await create(at)
        await at.closing.close(first.reference, None, None)
        await create(at)

    run(test)


def test_what_has_expired_or_was_closed_elsewhere_makes_room(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    async def test() -> None:
        store = FaultyStore()
        one, other = session(store, max_envs=2), session(store, max_envs=2)
        first = await create(one)
        await create(other)
        with pytest.raises(QuotaExceeded):
            await create(other)
        await one.closing.close(first.reference, None, None)
        monkeypatch.setattr("time.monotonic", forward(6))
        await create(other)
        clock.forward(4000)
        await create(session(store, max_envs=2, idle_ttl_s=3600))

    run(test)


def test_creations_at_the_same_moment_stay_within_the_limit() -> None:
    async def test() -> None:
        at = session(FaultyStore(), max_envs=3)
        made = await asyncio.gather(*(create(at) for _ in range(6)), return_exceptions=True)
        assert sum(isinstance(each, QuotaExceeded) for each in made) == 3
        assert len(await listed(at, "ann")) == 3

    run(test)


async def fill(quota: Quota, owner: str = "ann") -> bool:
    """Whether the owner may have one more."""
    try:
        async with quota.room(owner, Amount(envs=1)):
            return True
    except QuotaExceeded:
        return False


def test_one_count_serves_the_creations_of_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        store = FaultyStore()
        quota = Quota(session(store).snapshots, 100)
        assert all([await fill(quota) for _ in range(20)])
        assert store.calls == {"list": 1}
        await fill(quota, "bob")
        assert store.calls == {"list": 2}
        monkeypatch.setattr("time.monotonic", forward(61))
        await fill(quota)
        assert store.calls == {"list": 3}

    run(test)


def test_creations_at_the_same_moment_count_once() -> None:
    async def test() -> None:
        store = FaultyStore()
        quota = Quota(session(store).snapshots, 100)
        assert all(await asyncio.gather(*(fill(quota) for _ in range(20))))
        assert store.calls == {"list": 1}

    run(test)


def test_an_owner_at_the_limit_is_counted_every_five_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a close in another process is soon seen, and a client that keeps asking costs no list each time."""

    async def test() -> None:
        store = FaultyStore()
        for number in range(3):
            await store.put(f"state/ann/{number}", b"")
        quota = Quota(session(store).snapshots, 3)
        assert [await fill(quota) for _ in range(10)] == [False] * 10
        assert store.calls["list"] == 1
        await store.delete("state/ann/0")
        monkeypatch.setattr("time.monotonic", forward(6))
        assert [await fill(quota), await fill(quota)] == [True, False]
        assert store.calls["list"] == 2

    run(test)


def test_nothing_is_counted_beyond_the_limit() -> None:
    async def test() -> None:
        store = FaultyStore(remote=False)
        for number in range(10_000):
            await store.put(f"state/ann/{number}", b"")
        entries, listed = store.list, 0

        async def counted(prefix: str, after: str = "") -> Any:
            nonlocal listed
            async for entry in entries(prefix, after):
                listed += 1
                yield entry

        store.list = counted  # type: ignore[method-assign]
        assert not await fill(Quota(session(store).snapshots, 50))
        assert listed == 51

    run(test)


def test_without_a_limit_nothing_is_counted() -> None:
    async def test() -> None:
        store = FaultyStore()
        assert await fill(Quota(session(store).snapshots, math.inf))
        assert store.calls == {}

    run(test)


def test_an_owner_whose_count_is_slow_delays_no_other() -> None:
    async def test() -> None:
        at = session(FaultyStore(remote=False))
        quota, entries, reached = Quota(at.snapshots, 100), at.objects.list, asyncio.Event()

        async def slow(prefix: str, after: str = "") -> Any:
            if prefix == "state/ann/":
                await reached.wait()
            async for entry in entries(prefix, after):
                yield entry

        at.objects.list = slow  # type: ignore[method-assign]
        waiting = asyncio.ensure_future(fill(quota, "ann"))
        await asyncio.sleep(0)
        assert await asyncio.wait_for(fill(quota, "bob"), 5)
        assert not waiting.done()
        reached.set()
        assert await waiting

    run(test)


async def stored_bytes(store: FaultyStore, owner: str = "ann") -> int:
    """What the owner's snapshots take, by the store's own word."""
    folders = (f"state/{owner}/", f"checkpoints/{owner}/")
    return sum([entry.size for folder in folders async for entry in store.list(folder)])


def test_bytes_are_counted_as_the_store_tells_them() -> None:
    """Up to the last byte: with one less, the last of what is made is refused."""

    async def test() -> None:
        origin = FaultyStore()
        reference = (await create(session(origin))).reference
        snapshot = await origin.get(reference.key)
        assert isinstance(snapshot, Stored)

        async def history(**limits: int) -> FaultyStore:
            store = FaultyStore()
            await store.put(reference.key, snapshot.body)
            at = session(store, **limits)
            await at.forking.fork(reference, 3, None)
            await at.forking.fork(reference, 2, 7, None, key("fork"))
            await at.checkpoints.keep(reference, "a name")
            return store

        store = await history()
        took = await stored_bytes(store)
        assert await stored_bytes(await history(max_stored_bytes=took)) == took
        with pytest.raises(QuotaExceeded):
            await history(max_stored_bytes=took - 1)
        with pytest.raises(QuotaExceeded, match=f"take at least {took} bytes") as raised:  # as another counts
            await create(session(store, max_stored_bytes=took + 8))
        assert raised.value.evidence["limit"] == took + 8

    run(test)


@pytest.mark.parametrize("keyed", [None, key("k")])
def test_a_fork_that_would_pass_the_bytes_is_refused_whole(keyed: Any) -> None:
    """Two hundred snapshots of 1.2 MB are 240 MB."""
    body = bytes(1_200_000)

    async def test() -> None:
        store = FaultyStore()
        at = session(store, max_stored_bytes=100_000_000)
        header = await create(at)
        loaded = await at.snapshots.load(header.reference)
        await at.snapshots.save(loaded.header, body, loaded.tag)
        with pytest.raises(QuotaExceeded, match="GYM_HTTP_MAX_STORED_BYTES") as raised:
            await at.forking.fork(header.reference, 200, None, None, keyed)
        assert raised.value.evidence["limit"] == 100_000_000
        assert raised.value.evidence["size"] > 200 * len(body)
        assert len(await listed(at, "ann")) == 1
        await at.forking.fork(header.reference, 50, None, None, key("fewer"))
        assert len(await listed(at, "ann")) == 51

    run(test)


def test_a_checkpoint_that_would_pass_the_bytes_is_refused_and_its_deletion_makes_room() -> None:
    async def test() -> None:
        store = FaultyStore()
        header = await create(session(store))
        room = 3 * await stored_bytes(store)
        at = session(store, max_stored_bytes=room)
        kept = await at.checkpoints.keep(header.reference, "")
        keeping = [at.checkpoints.keep(header.reference, "") for _ in range(3)]
        assert any(
            isinstance(each, QuotaExceeded) for each in await asyncio.gather(*keeping, return_exceptions=True)
        )
        await at.checkpoints.delete(kept.reference)
        await at.checkpoints.keep(header.reference, "")
        assert await stored_bytes(store) <= room

    run(test)


def test_what_is_closed_gives_its_bytes_back_and_what_is_refused_takes_none() -> None:
    async def test() -> None:
        store = FaultyStore()
        first = await create(session(store))
        at = session(store, max_stored_bytes=2 * await stored_bytes(store) + 50)
        for _ in range(3):
            with pytest.raises(NotCreatable):
                await create(at, kwargs={"nothing": 1})
        await create(at)
        for _ in range(3):
            with pytest.raises(QuotaExceeded):
                await create(at)
        await at.closing.close(first.reference, None, None)
        await create(at)

    run(test)


def test_bytes_of_what_expired_or_ended_do_not_count(clock: Clock) -> None:
    async def test() -> None:
        store = FaultyStore(deletes_conditionally=False)
        at = session(store)
        header = await create(at)
        await at.checkpoints.keep(header.reference, "")
        room = await stored_bytes(store)
        clock.forward(4000)
        ended = await create(at)
        await at.closing.close(ended.reference, None, None)
        await create(session(store, max_stored_bytes=room))

    run(test)


def test_steps_go_on_beyond_the_bytes() -> None:
    async def test() -> None:
        store = FaultyStore()
        header = await create(session(store))
        at = session(store, max_stored_bytes=1)
        await at.call(InstanceCall(header.reference, operations.reset(1, None), lambda reply: reply))
        with pytest.raises(QuotaExceeded):
            await create(at)

    run(test)


def test_nothing_is_counted_beyond_the_bytes() -> None:
    async def test() -> None:
        store = FaultyStore(remote=False)
        for number in range(5_000):
            await store.put(f"state/ann/{number:04}", bytes(1000))
        quota = Quota(session(store).snapshots, math.inf, 50_000)
        turns = await turns_beside(fill(quota))
        assert not await fill(quota)
        assert turns < 5  # a whole listing gives one for each 500

    run(test)
