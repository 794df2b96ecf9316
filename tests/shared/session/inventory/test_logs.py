"""What was recorded outlives its instance for a time, and goes then."""

import asyncio
import math

import pytest

from shared.errors import InstanceNotFound, QuotaExceeded
from shared.session.calls import operations
from shared.session.history.history import History
from shared.session.inventory.merge import Swept
from shared.session.inventory.sweep import sweep
from shared.session.session import Session
from shared.session.stored.reference import Reference
from shared.storage.memory import MemoryStore
from tests.shared.session.record.recording import call, log_of, recorded, rolled, steps
from tests.shared.session.sessions import session


async def objects(at: Session, reference: Reference) -> list[str]:
    return [entry.key async for entry in at.segments.objects(reference)]


async def cleared(at: Session, history_ttl_s: float) -> int:
    """How many parts of logs a sweep deletes."""
    swept = await sweep(at.snapshots, history_ttl_s)
    assert isinstance(swept, Swept)
    return swept.segments


def test_a_closed_instance_is_read_until_its_time_is_over() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await rolled(at, reference, 200)
        await steps(at, reference, 3)
        before = (await History(at).page(reference, None, 1000))[1]
        await at.closing.close(reference, None, None)
        history = History(at, 3600)
        assert (await history.page(reference, None, 1000))[1] == before
        assert (await history.verify(reference, None, 60))[1].difference is None
        assert await cleared(at, 3600) == 0
        with pytest.raises(InstanceNotFound):
            await History(at, 0).page(reference, None, 1000)
        assert await cleared(at, -1) > 2
        assert await objects(at, reference) == []
        with pytest.raises(InstanceNotFound):
            await history.page(reference, None, 1000)
        await history.close()

    asyncio.run(test())


def test_the_sweep_keeps_what_an_expired_instance_has_recorded() -> None:
    async def test() -> None:
        store = MemoryStore()
        at = session(store)
        reference = await recorded(at)
        await steps(at, reference, 3)
        later = session(store, idle_ttl_s=-1)
        swept = await sweep(later.snapshots, math.inf)
        assert isinstance(swept, Swept)
        assert (swept.instances, swept.segments) == (1, 0)
        _, page = await History(later).page(reference, None, 10)
        assert len(page.rows) == 4

    asyncio.run(test())


def test_a_living_instances_log_is_never_swept_and_what_another_left_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.session.inventory.logs.LEFT_S", -1)

    async def test() -> None:
        store = MemoryStore()
        at = session(store)
        reference = await recorded(at)
        await rolled(at, reference, 200)
        await steps(at, reference, 3)
        assert await cleared(at, -1) == 0
        log = await log_of(at, reference)
        await store.put(f"history/public/{reference.instance_id}/another/0000000000000003", b"left behind")
        assert await cleared(at, 3600) == 1
        assert all(f"/{log.birth}/" in key for key in await objects(at, reference))
        await steps(at, reference, 3)
        assert (await History(at).verify(reference, None, 60))[1].difference is None

    asyncio.run(test())


def test_a_history_that_is_deleted_is_gone_and_begins_anew() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await rolled(at, reference, 200)
        history = History(at)
        await history.forget(reference, lambda reply: reply)
        assert await objects(at, reference) == []
        await steps(at, reference, 2)
        _, page = await history.page(reference, None, 10)
        assert [row.place.revision for row in page.rows] == [4, 5]
        await at.closing.close(reference, None, None)
        assert await history.forget(reference, lambda reply: reply) is None
        assert await objects(at, reference) == []
        with pytest.raises(InstanceNotFound):
            await history.forget(reference, lambda reply: reply)

    asyncio.run(test())


def test_of_two_lives_of_one_id_the_last_is_read() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        first = await recorded(at)
        for length in (1, 2):
            header = await at.snapshots.header(first)
            await steps(at, first, length)
            await at.closing.close(first, None, None)
            if length == 1:
                await at.creation.create("public", header.recipe, (), instance_id=first.instance_id, record=True)
                await call(at, first, operations.reset(1, None))
        assert len([birth async for birth in at.segments.births(first)]) == 2
        _, page = await History(at).page(first, None, 10)
        assert len(page.rows) == 3

    asyncio.run(test())


def test_recorded_bytes_count_in_the_quota() -> None:
    async def test() -> None:
        store = MemoryStore()
        at = session(store)
        reference = await recorded(at)
        await rolled(at, reference, 3000)
        await steps(at, reference, 1)
        await at.closing.close(reference, None, None)
        with pytest.raises(QuotaExceeded, match="histories"):
            await recorded(session(store, max_stored_bytes=20_000))
        await History(at).forget(reference, call_nothing)
        await recorded(session(store, max_stored_bytes=20_000))

    asyncio.run(test())


def call_nothing(reply: object) -> object:
    return reply
