"""A store, called from the event loop.

Calls to a store that blocks are made in a thread pool of their own; any other store is called directly.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import ParamSpec, TypeVar

from shared.storage.protocol import Absent, Entry, Store, Stored, Tag, Unchanged

_PAGE = 200
"""Entries of a listing that are read before other tasks get a turn."""

_PROBE_EVERY_S = 1.0
"""Whoever asks for the health needs no API key, and is not to wear the disk."""

P = ParamSpec("P")
R = TypeVar("R")


class AsyncStore:
    """The objects of one store. Every method raises `StoreUnavailable` as the store does."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.blocking = store.capabilities.blocking
        """Whether a call takes a thread and a network round trip, instead of microseconds."""
        self.at_once = None if self.blocking else store
        """The store itself where its calls may be made on the event loop; else None."""
        self._probed = -math.inf
        self._pool = ThreadPoolExecutor(thread_name_prefix="store")

    async def check(self) -> None:
        """See whether the store answers and, where a full disk would prevent it, whether it can be written.

        Raises:
            StoreUnavailable, OutcomeUnknown: it does not.
        """
        probe = self._store.capabilities.probe
        if probe is None:
            await self._io(self._store.get, "health")
        elif time.monotonic() - self._probed > _PROBE_EVERY_S:
            await self._io(probe)
            self._probed = time.monotonic()

    async def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        """As `Store.get`."""
        return await self._io(self._store.get, key, unless)

    async def read(self, key: str) -> bytes | None:
        """The object's bytes; None if there is no object."""
        stored = await self.get(key)
        return stored.body if isinstance(stored, Stored) else None

    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        """As `Store.put`."""
        return await self._io(self._store.put, key, body, expect)

    async def delete(self, key: str, expect: Tag | None = None) -> None:
        """As `Store.delete`."""
        await self._io(self._store.delete, key, expect)

    async def list(self, prefix: str) -> list[Entry]:
        """As `Store.list`, in one piece."""
        return await self._io(lambda: list(self._store.list(prefix)))

    async def entries(self, prefix: str) -> AsyncIterator[Entry]:
        """As `Store.list`, a page at a time, so that other tasks get a turn."""
        listing = self._store.list(prefix)
        while page := await self._io(lambda: list(islice(listing, _PAGE))):
            for entry in page:
                yield entry
            await asyncio.sleep(0)

    async def compact(self) -> None:
        """Free the space of deleted objects, a part at a time, so that other tasks get a turn."""
        compact = self._store.capabilities.compact
        if compact is None:
            return
        while await self._io(compact):
            await asyncio.sleep(0)

    def shut_down(self) -> None:
        """Finish the calls under way and close the store."""
        self._pool.shutdown()
        self._store.close()

    async def _io(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        if not self.blocking:
            return function(*args, **kwargs)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, lambda: function(*args, **kwargs))
