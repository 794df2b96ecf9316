"""What has expired gives its room back, and nothing that lives is touched."""

import asyncio
import gc
import tracemalloc
import uuid
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace

from shared.errors import InstanceNotFound, StoreFailed, StoreUnavailable
from shared.session.calls import operations
from shared.session.calls.call import InstanceCall
from shared.session.inventory.merge import Swept
from shared.session.inventory.sweep import sweep, sweep_forever
from shared.session.stored.reference import Reference
from shared.snapshot.contract.recipe import Recipe
from shared.storage.memory import MemoryStore
from shared.storage.protocol import Entry
from shared.storage.sqlite import SQLiteStore
from tests.shared.session.conftest import Clock
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import fail, key, listed, nothing, run, session, snapshots, swept


class OtherClock(FaultyStore):
    """A store whose clock this process's is ahead of by `ahead_s` seconds."""

    def __init__(self, ahead_s: float) -> None:
        super().__init__(remote=False)
        self.ahead_s = ahead_s

    async def list(self, prefix: str, after: str = "") -> AsyncIterator[Entry]:
        async for entry in super().list(prefix, after):
            yield entry._replace(written=entry.written - self.ahead_s)


async def kept_in(store: FaultyStore) -> list[str]:
    """The keys of what is kept for owners."""
    return [entry.key async for entry in store.list("") if not entry.key.startswith(("clock/", "sweep/"))]


@pytest.mark.parametrize("remote", [False, True])
def test_an_expired_instance_leaves_nothing_behind(
    remote: bool, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setattr("shared.session.inventory.merge.GRACE_S", 0)

    async def test() -> None:
        store = FaultyStore(remote=remote)
        at = session(store)
        gone = await at.creation.create("ann", Recipe("CartPole-v1"), ())
        await at.checkpoints.keep(gone.reference, "")
        clock.forward(4000)
        kept = await at.creation.create("bob", Recipe("CartPole-v1"), ())
        assert await sweep(at.snapshots) == Swept(instances=1, index_entries=1, checkpoints=1, tombstones=0)
        about = [key.split("/")[2] for key in await kept_in(store)]
        assert set(about) == {kept.instance_id}

    run(test)


def test_a_sweep_leaves_what_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.session.inventory.merge.GRACE_S", 0)

    async def test() -> None:
        at = session(FaultyStore())
        header = await at.creation.create("ann", Recipe("CartPole-v1"), ())
        await at.checkpoints.keep(header.reference, "")
        assert await sweep(at.snapshots) == Swept(0, 0, 0, 0)
        await at.call(InstanceCall(header.reference, operations.reset(1, None), lambda reply: reply))

    run(test)


def test_an_instance_that_was_written_to_after_it_was_listed_stays() -> None:
    """A call that began before the instance's time ran out may be saved after the sweep has seen it."""

    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        header = await at.creation.create("ann", Recipe("CartPole-v1"), ())
        entries = store.list

        async def listed(prefix: str, after: str = "") -> AsyncIterator[Entry]:
            async for entry in entries(prefix, after):
                if not prefix.startswith("index/"):
                    yield entry._replace(written=0.0 if prefix.startswith("state/") else entry.written)

        store.list = listed  # type: ignore[method-assign]
        assert await sweep(at.snapshots) == Swept(0, 0, 0, 0, indexed=1)
        await at.call(InstanceCall(header.reference, operations.reset(1, None), lambda reply: reply))

    run(test)


def test_a_snapshot_that_nobody_can_read_expires_too(clock: Clock) -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        await store.put("state/ann/00000000-0000-4000-8000-000000000000", b"signed with a key that is gone")
        clock.forward(4000)
        assert (await swept(at)).instances == 1

    run(test)


def test_a_sweep_lets_requests_go_between_any_two_deletes(clock: Clock) -> None:
    async def test() -> None:
        store = FaultyStore(remote=False)
        at = session(store)
        header = await at.creation.create("ann", Recipe("CartPole-v1"), ())
        await at.forking.fork(header.reference, 20, None)
        clock.forward(4000)
        sweeping = asyncio.ensure_future(sweep(at.snapshots))
        deleted = []
        while not sweeping.done():
            await asyncio.sleep(0)
            deleted.append(store.calls["delete"])
        assert max(after - before for before, after in pairwise(deleted)) <= 1
        assert deleted[-1] == 2 * 21  # each snapshot and its entry in the index

    run(test)


def test_an_index_entry_of_an_instance_just_made_is_left_alone() -> None:
    """The sweep may have listed the instances before this one was written."""

    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        header = await at.creation.create("ann", Recipe("CartPole-v1"), ())
        await store.delete(header.reference.key)
        assert await sweep(at.snapshots) == Swept(0, 0, 0, 0)

    run(test)


@pytest.mark.parametrize("minutes", [-10, -2, 2, 10])
def test_a_host_whose_clock_is_wrong_deletes_nothing_that_others_make_meanwhile(
    minutes: int, clock: Clock
) -> None:
    clock.forward(60 * minutes)

    async def test() -> None:
        store = OtherClock(60.0 * minutes)
        at = session(store, live_envs=100)

        async def others() -> list[Reference]:
            made = []
            for _ in range(30):
                header = await at.creation.create("ann", Recipe("CartPole-v1"), ())
                await at.checkpoints.keep(header.reference, "")
                made.append(header.reference)
            return made

        creating = asyncio.ensure_future(others())
        sweeps = 0
        while not creating.done():
            assert await sweep(at.snapshots) == Swept(0, 0, 0, 0)
            sweeps += 1
            await asyncio.sleep(0)
        assert sweeps > 5
        for reference in await creating:
            assert len(await at.snapshots.checkpoint_ids(reference)) == 1
        assert len(await listed(at, "ann")) == 30

    run(test)


def test_what_is_written_after_the_sweep_began_is_left_alone_whatever_this_hosts_clock_says(clock: Clock) -> None:
    """Its instance is missing in the sweep's list, since it was made after that was read."""
    clock.forward(600)

    async def test() -> None:
        store = OtherClock(600.0)
        inner = store.list

        async def and_then_another_makes_one(prefix: str, after: str = "") -> AsyncIterator[Entry]:
            async for entry in inner(prefix, after):
                yield entry
            if prefix == "state/ann/":
                await store.put("index/ann/one/CartPole-v1", b"")
                await store.put("checkpoints/ann/one/first", b"")

        store.list = and_then_another_makes_one  # type: ignore[method-assign]
        assert await sweep(session(store).snapshots) == Swept(0, 0, 0, 0)

    run(test)


def test_an_instance_expires_by_the_stores_clock_on_a_host_that_is_behind_and_on_one_that_is_ahead(
    clock: Clock,
) -> None:
    async def test() -> None:
        for ahead_s in (-600.0, 600.0):
            store = OtherClock(ahead_s)
            clock.forward(ahead_s)
            at = session(store, idle_ttl_s=300)
            await at.snapshots.clock.read()
            header = await at.creation.create("ann", Recipe("CartPole-v1"), ())
            right = session(store, idle_ttl_s=300)
            clock.forward(-ahead_s)
            store.ahead_s = 0.0
            assert (await right.snapshots.header(header.reference)).revision == 0
            clock.forward(310)
            with pytest.raises(InstanceNotFound):
                await right.snapshots.header(header.reference)
            clock.forward(-310)

    run(test)


def test_an_instance_that_no_list_shows_is_entered_again() -> None:
    async def test() -> None:
        at = session(FaultyStore())
        header = await at.creation.create("ann", Recipe("CartPole-v1"), ())
        await at.snapshots.index.remove(header)
        assert await listed(at, "ann") == {}
        assert await sweep(at.snapshots) == Swept(0, 0, 0, 0, indexed=1)
        assert await listed(at, "ann") == {header.instance_id: "CartPole-v1"}

    run(test)


def test_the_mark_that_keyed_forks_are_complete_is_not_written_by_the_sweep() -> None:
    """Otherwise the call, repeated, would leave the twins out that are missing."""

    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        header = await at.creation.create("ann", Recipe("CartPole-v1"), ())
        store.before_put += [nothing, fail(StoreUnavailable("the bucket is away"))]
        with pytest.raises(StoreFailed):
            await at.forking.fork(header.reference, 3, None, None, key("fork"))
        await sweep(at.snapshots)
        forked = await at.forking.fork(header.reference, 3, None, None, key("fork"))
        assert not forked.replayed
        assert set(forked.instance_ids) < set(await listed(at, "ann"))

    run(test)


def test_the_file_shrinks(tmp_path: Path, clock: Clock) -> None:
    async def test() -> None:
        store = SQLiteStore(tmp_path / "s.db")
        at = session(store)
        header = await at.creation.create("ann", Recipe("CartPole-v1"), ())
        await at.forking.fork(header.reference, 500, None)
        clock.forward(4000)
        assert (await swept(at)).instances == 501
        assert store.compact() == 0
        with pytest.raises(InstanceNotFound):
            await at.snapshots.header(header.reference)
        await at.shut_down()

    run(test)


def test_a_store_that_fails_does_not_end_the_sweeping(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, clock: Clock
) -> None:
    caplog.set_level("INFO", logger="shared.session.inventory.sweep")

    async def test() -> None:
        store = FaultyStore(remote=False)
        at = session(store)
        await at.creation.create("ann", Recipe("CartPole-v1"), ())
        clock.forward(4000)
        store.before_get.append(fail(StoreUnavailable("the bucket is away")))
        pauses: list[float] = []
        pause = asyncio.sleep

        async def once(seconds: float) -> None:
            if seconds:
                pauses.append(seconds)
                if len(pauses) == 2:
                    raise asyncio.CancelledError
            await pause(0)

        monkeypatch.setattr(asyncio, "sleep", once)
        with pytest.raises(asyncio.CancelledError):
            await sweep_forever(at.snapshots)
        assert pauses == [360, 360]  # ten times in the hour that an instance lives
        assert [entry async for entry in store.list("state/")] == []

    run(test)
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert "the bucket is away" in caplog.records[0].message
    assert "swept 1 instances" in caplog.records[1].message


def test_a_sweep_compacts_until_nothing_is_left() -> None:
    async def test() -> None:
        store = FaultyStore()
        left = [2, 1, 0, 5]
        store.capabilities = replace(store.capabilities, compact=lambda: left.pop(0))
        await sweep(session(store).snapshots)
        assert left == [5]

    run(test)


def test_of_two_processes_one_sweeps() -> None:
    async def test() -> None:
        store = FaultyStore()
        one, other = session(store), session(store)
        await one.creation.create("ann", Recipe("CartPole-v1"), ())
        found = await asyncio.gather(sweep(one.snapshots), sweep(other.snapshots))
        assert found.count(None) == 1
        assert await sweep(other.snapshots) == Swept()

    run(test)


def test_a_sweep_that_was_ended_is_gone_on_with_so_that_everyone_is_reached(clock: Clock) -> None:
    """As on Lambda, where a sweep is killed after 15 minutes."""

    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        for owner in ("ann", "bob", "cid"):
            for _ in range(2):
                await at.creation.create(owner, Recipe("CartPole-v1"), ())
        clock.forward(4000)
        for left in (4, 2, 0):
            store.before_delete += [nothing] * 4 + [fail(StoreUnavailable("killed"))]
            if left:
                with pytest.raises(StoreUnavailable):
                    await sweep(at.snapshots)
            else:
                assert await sweep(at.snapshots) == Swept(instances=2, index_entries=2)
            assert len([entry async for entry in store.list("state/")]) == left
        store.before_delete.clear()
        assert await swept(at) == Swept()

    run(test)


def test_a_sweep_reaches_every_folder_whatever_stands_in_the_others(clock: Clock) -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        for stray in ("state/notes", "index/x", "checkpoints/ann/x", "closed/y", "else/where"):
            await store.put(stray, b"somebody else's")
        await store.put("state/ann/00000000-0000-4000-8000-000000000000", b"signed with a key that is gone")
        await store.put("checkpoints/zoe/00000000-0000-4000-8000-000000000001/a", b"")
        await store.put("closed/zoe/00000000-0000-4000-8000-000000000002", b"")
        clock.forward(200_000)
        found = await swept(at)
        assert (found.instances, found.checkpoints, found.tombstones) == (1, 2, 1)
        assert await kept_in(store) == ["closed/y", "else/where", "index/x", "state/notes"]

    run(test)


def test_a_sweep_takes_the_same_memory_however_much_there_is() -> None:
    """A set of their ids would take more than two megabytes; other threads of the process take something too."""

    async def test() -> None:
        peaks = []
        for count in (1_000, 20_000):
            store = MemoryStore()
            for number in range(count):
                instance_id = str(uuid.UUID(int=number, version=4))
                await store.put(f"state/ann/{instance_id}", b"not a snapshot")
                await store.put(f"index/ann/{instance_id}/CartPole-v1", b"")
            gc.collect()
            tracemalloc.start()
            assert await sweep(snapshots(store)) == Swept()
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        assert peaks[1] < peaks[0] + 1_000_000

    run(test)
