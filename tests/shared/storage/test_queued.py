"""The two ways to a remote store: how many calls go at once, who goes first, what a cancelled write comes to."""

import asyncio
import gc
from collections.abc import Coroutine
from typing import Any

import pytest
from msgspec.structs import replace

from shared.errors import StoreUnavailable
from shared.storage.memory import MemoryStore
from shared.storage.protocol import ABSENT, UNCHANGED, Conflict, Store, Stored, Tag
from shared.storage.queued import ways
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import run

KEY = "state/me/one"


class HeldStore(FaultyStore):
    """A remote store whose calls end when they are let go."""

    def __init__(self) -> None:
        super().__init__(remote=True)
        self.under_way: list[str] = []
        self.most = 0
        self.gate = asyncio.Event()

    async def _held(self, key: str) -> None:
        self.under_way.append(key)
        self.most = max(self.most, len(self.under_way))
        await self.gate.wait()
        self.under_way.remove(key)

    async def get(self, key: str, unless: Tag | None = None) -> Any:
        await self._held(key)
        return await super().get(key, unless)

    async def put(self, key: str, body: bytes, expect: Any = None) -> Tag:
        await self._held(key)
        return await super().put(key, body, expect)


async def begun(*calls: Coroutine[Any, Any, Any]) -> list[asyncio.Future[Any]]:
    """The calls, each as far as it comes."""
    tasks: list[asyncio.Future[Any]] = [asyncio.ensure_future(call) for call in calls]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


def test_a_near_store_and_one_that_holds_the_loop_are_called_directly() -> None:
    """A call that holds the loop is alone, and nothing cancels it."""
    near, far = MemoryStore(), FaultyStore(remote=True)
    assert ways(near, 8) == (near, near)
    assert ways(far, 8) != (far, far)
    far.capabilities = replace(far.capabilities, holds_loop=True)
    assert ways(far, 8) == (far, far)


@pytest.mark.parametrize("bulk", [False, True])
def test_calls_are_the_stores_own(bulk: bool) -> None:
    async def test() -> None:
        store: Store = ways(FaultyStore(), 4)[bulk]
        assert await store.get(KEY) is None
        tag = await store.put(KEY, b"body", ABSENT)
        with pytest.raises(Conflict):
            await store.put(KEY, b"other", ABSENT)
        assert await store.get(KEY) == Stored(b"body", tag)
        assert await store.get(KEY, tag) is UNCHANGED
        assert [entry.key async for entry in store.list("state/")] == [KEY]
        await store.delete(KEY, tag)
        assert [entry.key async for entry in store.list("state/")] == []
        await store.close()

    run(test)


@pytest.mark.parametrize("count", [0, 1, 999, 1000, 1001, 2000])
def test_a_listing_of_any_length_is_complete(count: int) -> None:
    async def test() -> None:
        store = FaultyStore()
        for number in range(count):
            await store.put(f"state/me/{number:04}", b"")
        listed = [entry.key async for entry in ways(store, 1).bulk.list("state/me/")]
        assert listed == [f"state/me/{number:04}" for number in range(count)]

    run(test)


def test_entries_may_be_deleted_as_they_come_however_few_calls_go_at_once() -> None:
    async def test() -> None:
        store = FaultyStore()
        for number in range(1500):
            await store.put(f"state/me/{number}", b"")
        bulk = ways(store, 1).bulk
        async for entry in bulk.list("state/me/"):
            await bulk.delete(entry.key)
        assert [entry async for entry in store.list("")] == []

    run(test)


def test_no_more_calls_go_at_once_than_are_allowed_and_a_quarter_for_bulk_work() -> None:
    async def test() -> None:
        store = HeldStore()
        interactive, bulk = ways(store, 8)
        tasks = await begun(*(bulk.put(f"bulk/{number}", b"") for number in range(20)))
        assert len(store.under_way) == 2
        tasks += await begun(*(interactive.get(f"call/{number}") for number in range(20)))
        assert len(store.under_way) == 8
        store.gate.set()
        await asyncio.gather(*tasks)
        assert store.most == 8
        assert store.calls == {"put": 20, "get": 20}

    run(test)


def test_who_is_waited_for_goes_before_bulk_work_that_came_first() -> None:
    async def test() -> None:
        store = HeldStore()
        interactive, bulk = ways(store, 1)
        order: list[str] = []

        async def noted(call: Coroutine[Any, Any, Any], name: str) -> None:
            await call
            order.append(name)

        tasks = await begun(
            noted(bulk.put("first", b""), "first"),
            *(noted(bulk.put(f"bulk/{number}", b""), "bulk") for number in range(3)),
            *(noted(interactive.put(f"call/{number}", b""), "call") for number in range(3)),
        )
        store.gate.set()
        await asyncio.gather(*tasks)
        assert order == ["first", *["call"] * 3, *["bulk"] * 3]

    run(test)


@pytest.mark.parametrize("bulk", [False, True])
def test_a_call_that_is_cancelled_while_it_waits_is_not_made_and_takes_no_room(bulk: bool) -> None:
    async def test() -> None:
        store = HeldStore()
        way = ways(store, 1)[bulk]
        first, waiting, last = await begun(way.put("first", b""), way.put("waiting", b""), way.put("last", b""))
        waiting.cancel()
        store.gate.set()
        await asyncio.gather(first, last)
        assert waiting.cancelled()
        assert [entry.key async for entry in store.list("")] == ["first", "last"]
        await asyncio.wait_for(way.get("first"), 5)

    run(test)


def test_a_call_that_is_cancelled_as_its_turn_comes_gives_the_turn_on() -> None:
    async def test() -> None:
        store = HeldStore()
        way = ways(store, 1).interactive
        first, second, third = await begun(way.get("first"), way.get("second"), way.get("third"))
        first.cancel()
        await asyncio.sleep(0)  # the second has its turn, and has not run yet
        second.cancel()
        store.gate.set()
        await asyncio.wait_for(third, 5)

    run(test)


def test_a_write_that_has_begun_is_carried_through_though_its_caller_is_cancelled() -> None:
    async def test() -> None:
        store = HeldStore()
        way = ways(store, 4).interactive
        [write] = await begun(way.put(KEY, b"body"))
        write.cancel()
        await asyncio.sleep(0)
        assert write.cancelled()
        store.gate.set()
        await way.close()
        assert isinstance(await store.get(KEY), Stored)

    run(test)


def test_a_write_whose_caller_is_cancelled_keeps_its_room_until_it_has_failed_and_nobody_is_told() -> None:
    """The event loop would report an exception that nobody has asked for."""

    async def test() -> None:
        reported: list[object] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: reported.append(context))
        store = HeldStore()
        way = ways(store, 1).interactive
        store.before_put.append(_fail)
        [write] = await begun(way.put(KEY, b"body"))
        write.cancel()
        [following] = await begun(way.get(KEY))
        assert write.cancelled()
        assert store.under_way == [KEY]
        assert store.calls == {}
        store.gate.set()
        assert await following is None
        assert store.calls == {"put": 1, "get": 1}
        del write
        gc.collect()
        loop.set_exception_handler(None)
        assert reported == []

    run(test)


def test_a_write_that_fails_fails_for_its_caller_and_gives_its_room_back() -> None:
    async def test() -> None:
        store = FaultyStore()
        way = ways(store, 1).interactive
        store.before_put.append(_fail)
        with pytest.raises(StoreUnavailable, match="away"):
            await way.put(KEY, b"body")
        await asyncio.wait_for(way.put(KEY, b"body"), 60)

    run(test)


def _fail() -> None:
    raise StoreUnavailable("The store is away.")
