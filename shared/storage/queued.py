"""The ways to a remote store: calls that somebody waits for go before bulk work, and both are bounded.

One fork of a thousand instances, or a few long lists, would else put a thousand requests before another client's
step. A near store needs none of this: its calls take microseconds, one after another.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from functools import partial
from typing import Any, NamedTuple, ParamSpec, TypeVar

from shared.storage.protocol import Absent, Entry, Store, Stored, Tag, Unchanged

P = ParamSpec("P")
R = TypeVar("R")

_BULK_SHARE = 4
"""One part in so many of the calls at once may be bulk work."""

_PAGE = 1000
"""Entries of a listing that are read in one turn."""


class Ways(NamedTuple):
    """Two ways to the same objects."""

    interactive: Store
    """For calls that somebody waits for."""
    bulk: Store
    """For lists, sweeps and what writes many objects."""


def ways(store: Store, calls_at_once: int) -> Ways:
    """The ways to a store; a near one is called directly, and so is one that holds the event loop.

    `calls_at_once` bounds the calls to a remote store, of which a quarter, and at least one, may be bulk work.
    """
    if not store.capabilities.remote or store.capabilities.holds_loop:
        return Ways(store, store)
    queues = Queues(calls_at_once)
    return Ways(QueuedStore(store, queues, bulk=False), QueuedStore(store, queues, bulk=True))


class Queues:
    """A bound on the calls under way. Those that wait are served in their order, bulk work last."""

    def __init__(self, calls_at_once: int) -> None:
        self._free = calls_at_once
        self._free_for_bulk = max(1, calls_at_once // _BULK_SHARE)
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._waiting_in_bulk: deque[asyncio.Future[None]] = deque()
        self.writes: set[asyncio.Task[Any]] = set()
        """The writes under way. They go on though their callers were cancelled."""

    async def enter(self, bulk: bool) -> None:
        """Wait for room for one more call, which `leave` gives back."""
        if self._free and (not bulk or (self._free_for_bulk and not self._waiting)):
            self._occupy(bulk)
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self._waiting_in_bulk if bulk else self._waiting).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # its turn had come already
                self.leave(bulk)
            raise

    def leave(self, bulk: bool) -> None:
        """Give the room back, to whoever is next."""
        self._free += 1
        self._free_for_bulk += bulk
        while self._free and self._waiting:
            self._serve(self._waiting, bulk=False)
        while self._free and self._free_for_bulk and self._waiting_in_bulk:
            self._serve(self._waiting_in_bulk, bulk=True)

    def _serve(self, waiting: "deque[asyncio.Future[None]]", bulk: bool) -> None:
        turn = waiting.popleft()
        if not turn.done():  # else its caller was cancelled
            self._occupy(bulk)
            turn.set_result(None)

    def _occupy(self, bulk: bool) -> None:
        self._free -= 1
        self._free_for_bulk -= bulk


class QueuedStore:
    """One way to `store`: a call waits in its queue first."""

    def __init__(self, store: Store, queues: Queues, *, bulk: bool) -> None:
        self.capabilities = store.capabilities
        self._store = store
        self._queues = queues
        self._bulk = bulk

    async def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        """See `Store.get`."""
        await self._queues.enter(self._bulk)
        try:
            return await self._store.get(key, unless)
        finally:
            self._queues.leave(self._bulk)

    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        """See `Store.put`; it is carried through once it has begun."""
        return await self._written(self._store.put, key, body, expect)

    async def delete(self, key: str, expect: Tag | None = None) -> None:
        """See `Store.delete`; it is carried through once it has begun."""
        await self._written(self._store.delete, key, expect)

    async def list(self, prefix: str, after: str = "") -> AsyncIterator[Entry]:
        """See `Store.list`; between two pages others have their turn."""
        entries = self._store.list(prefix, after)
        while page := await self._page(entries):
            for entry in page:
                yield entry
            if len(page) < _PAGE:
                return

    async def close(self) -> None:
        """Wait for the writes under way, and close the store."""
        await asyncio.gather(*self._queues.writes, return_exceptions=True)
        await self._store.close()

    async def _page(self, entries: AsyncIterator[Entry]) -> Sequence[Entry]:
        await self._queues.enter(self._bulk)
        page = []
        try:
            async for entry in entries:
                page.append(entry)
                if len(page) == _PAGE:
                    break
        finally:
            self._queues.leave(self._bulk)
        return page

    async def _written(self, write: Callable[P, Coroutine[Any, Any, R]], *args: P.args, **kwargs: P.kwargs) -> R:
        await self._queues.enter(self._bulk)
        # Cancelled halfway, a write would be done or not, and nobody would hear which. `asyncio.shield` would do,
        # and takes twice the time, of which every step over S3 has a share.
        loop = asyncio.get_running_loop()
        told: asyncio.Future[R] = loop.create_future()
        task = loop.create_task(write(*args, **kwargs))
        self._queues.writes.add(task)
        task.add_done_callback(partial(self._ended, told))
        return await told

    def _ended(self, told: "asyncio.Future[R]", task: "asyncio.Task[R]") -> None:
        self._queues.writes.discard(task)
        self._queues.leave(self._bulk)
        if task.cancelled():
            told.cancel()
            return
        error = task.exception()
        if told.done():  # its caller was cancelled
            return
        if error is None:
            told.set_result(task.result())
        else:
            told.set_exception(error)
