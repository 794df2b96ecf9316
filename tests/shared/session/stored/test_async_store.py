"""The event loop's way to a store: in a thread where a call blocks, directly where it does not."""

import asyncio
import threading
from dataclasses import replace

import pytest

from shared.errors import StoreUnavailable
from shared.session.stored.async_store import AsyncStore
from shared.storage.memory import MemoryStore
from shared.storage.protocol import ABSENT, UNCHANGED, Conflict, Stored
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import fail, run

KEY = "state/me/one"


def threads_of(store: FaultyStore) -> list[str]:
    """The names of the threads that the next read and the next write are made in, as they are made."""
    names: list[str] = []
    store.before_get.append(lambda: names.append(threading.current_thread().name))
    store.before_put.append(lambda: names.append(threading.current_thread().name))
    return names


@pytest.mark.parametrize("blocking", [False, True])
def test_only_calls_that_block_are_made_in_threads_of_their_own(blocking: bool) -> None:
    async def test() -> None:
        store = FaultyStore(blocking=blocking)
        objects = AsyncStore(store)
        names = threads_of(store)
        await objects.put(KEY, b"body")
        await objects.get(KEY)
        here = threading.current_thread().name
        assert objects.blocking is blocking
        assert [name.startswith("store") for name in names] == [blocking] * 2
        assert [name == here for name in names] == [not blocking] * 2
        objects.shut_down()

    run(test)


@pytest.mark.parametrize("blocking", [False, True])
def test_calls_are_the_stores_own(blocking: bool) -> None:
    async def test() -> None:
        objects = AsyncStore(FaultyStore(blocking=blocking))
        assert await objects.read(KEY) is None
        tag = await objects.put(KEY, b"body", ABSENT)
        with pytest.raises(Conflict):
            await objects.put(KEY, b"other", ABSENT)
        assert await objects.get(KEY) == Stored(b"body", tag)
        assert await objects.get(KEY, tag) is UNCHANGED
        assert await objects.read(KEY) == b"body"
        assert [entry.key for entry in await objects.list("state/")] == [KEY]
        await objects.delete(KEY, tag)
        assert await objects.list("state/") == []
        objects.shut_down()

    run(test)


@pytest.mark.parametrize("blocking", [False, True])
def test_a_check_fails_as_the_store_does(blocking: bool) -> None:
    async def test() -> None:
        store = FaultyStore(blocking=blocking)
        objects = AsyncStore(store)
        await objects.check()
        store.before_get.append(fail(StoreUnavailable("It is away.")))
        with pytest.raises(StoreUnavailable):
            await objects.check()
        objects.shut_down()

    run(test)


@pytest.mark.parametrize("blocking", [False, True])
def test_others_get_their_turn_within_a_long_listing(blocking: bool) -> None:
    async def test() -> None:
        store = FaultyStore(blocking=blocking)
        keys = [f"state/me/{n:04}" for n in range(500)]
        for key in keys:
            store.put(key, b"")
        objects = AsyncStore(store)
        seen: list[str] = []
        turns: list[int] = []

        async def other() -> None:
            while len(seen) < len(keys):
                turns.append(len(seen))
                await asyncio.sleep(0)

        task = asyncio.ensure_future(other())
        async for entry in objects.entries("state/me/"):
            seen.append(entry.key)
        await task
        assert seen == keys
        assert any(0 < turn < len(keys) for turn in turns)
        objects.shut_down()

    run(test)


def test_compaction_goes_on_until_nothing_is_left() -> None:
    async def test() -> None:
        store = MemoryStore()
        left = [2, 1, 0, 5]
        store.capabilities = replace(store.capabilities, compact=lambda: left.pop(0))
        objects = AsyncStore(store)
        await objects.compact()
        assert left == [5]
        objects.shut_down()

    run(test)


def test_a_store_without_compaction_is_left_alone() -> None:
    async def test() -> None:
        store = FaultyStore()
        objects = AsyncStore(store)
        await objects.compact()
        assert not store.calls
        objects.shut_down()

    run(test)


def test_calls_under_way_end_before_the_store_is_closed() -> None:
    async def test() -> None:
        store = FaultyStore()
        objects = AsyncStore(store)
        started, go_on = threading.Event(), threading.Event()

        def wait() -> None:
            started.set()
            go_on.wait(60)

        store.before_put.append(wait)
        call = asyncio.ensure_future(objects.put(KEY, b"body"))
        await asyncio.sleep(0)
        started.wait(60)
        threading.Timer(0.05, go_on.set).start()
        objects.shut_down()
        assert isinstance(store.get(KEY), Stored)
        await call

    run(test)
