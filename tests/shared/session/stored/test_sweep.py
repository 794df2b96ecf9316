"""What has expired gives its room back, and nothing that lives is touched."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from shared.errors import InstanceNotFound, StoreUnavailable
from shared.session.calls import operations
from shared.session.calls.call import InstanceCall
from shared.session.stored.sweep import Swept, delete_expired, sweep, sweep_forever
from shared.snapshot.contract.recipe import Recipe
from shared.storage.protocol import Entry, Stored, Tag, Unchanged
from shared.storage.sqlite import SQLiteStore
from tests.shared.session.conftest import Clock
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import fail, run, session


@pytest.mark.parametrize("remote", [False, True])
def test_an_expired_instance_leaves_nothing_behind(
    remote: bool, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setattr("shared.session.stored.sweep.GRACE_S", 0)

    async def test() -> None:
        store = FaultyStore(remote=remote)
        at = session(store)
        gone = await at.creation.create("ann", Recipe("CartPole-v1"), ())
        await at.checkpoints.keep(gone.reference, "")
        clock.forward(4000)
        kept = await at.creation.create("bob", Recipe("CartPole-v1"), ())
        assert await sweep(at.snapshots) == Swept(instances=1, index_entries=1, checkpoints=1, tombstones=0)
        assert {entry.key.split("/")[2] async for entry in store.list("")} == {kept.instance_id}

    run(test)


def test_a_sweep_leaves_what_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.session.stored.sweep.GRACE_S", 0)

    async def test() -> None:
        at = session(FaultyStore())
        header = await at.creation.create("ann", Recipe("CartPole-v1"), ())
        await at.checkpoints.keep(header.reference, "")
        assert await sweep(at.snapshots) == Swept(0, 0, 0, 0)
        await at.call(InstanceCall(header.reference, operations.reset(1, None), lambda reply: reply))

    run(test)


def test_an_instance_that_is_written_to_while_it_is_swept_stays() -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        header = await at.creation.create("ann", Recipe("CartPole-v1"), ())
        stale = await store.get(header.reference.key)
        await at.call(InstanceCall(header.reference, operations.reset(1, None), lambda reply: reply))
        inner = store.get

        async def get(key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
            return stale

        store.get = get  # type: ignore[method-assign]
        assert not await delete_expired(at.snapshots, header.reference.key)
        store.get = inner  # type: ignore[method-assign]
        assert (await at.snapshots.header(header.reference)).revision == 1

    run(test)


def test_an_instance_that_was_written_to_after_it_was_listed_stays() -> None:
    """A call that began before the instance's time ran out may be saved after the sweep has seen it."""

    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        header = await at.creation.create("ann", Recipe("CartPole-v1"), ())
        entries = store.list

        async def listed(prefix: str) -> AsyncIterator[Entry]:
            async for entry in entries(prefix):
                if prefix == "state/":
                    yield entry._replace(written=0.0)

        store.list = listed  # type: ignore[method-assign]
        assert await sweep(at.snapshots) == Swept(0, 0, 0, 0)
        await at.call(InstanceCall(header.reference, operations.reset(1, None), lambda reply: reply))

    run(test)


def test_a_snapshot_that_nobody_can_read_expires_too(clock: Clock) -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        await store.put("state/ann/00000000-0000-4000-8000-000000000000", b"signed with a key that is gone")
        clock.forward(4000)
        assert (await sweep(at.snapshots)).instances == 1

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


def test_the_file_shrinks(tmp_path: Path, clock: Clock) -> None:
    async def test() -> None:
        store = SQLiteStore(tmp_path / "s.db")
        at = session(store)
        header = await at.creation.create("ann", Recipe("CartPole-v1"), ())
        await at.forking.fork(header.reference, 500, None)
        clock.forward(4000)
        assert (await sweep(at.snapshots)).instances == 501
        assert store.compact() == 0
        with pytest.raises(InstanceNotFound):
            await at.snapshots.header(header.reference)
        await at.shut_down()

    run(test)


def test_a_store_that_fails_does_not_end_the_sweeping(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, clock: Clock
) -> None:
    caplog.set_level("INFO", logger="shared.session.stored.sweep")

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
