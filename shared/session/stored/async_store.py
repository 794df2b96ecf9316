"""A store as the event loop asks it.

Calls to a store that answers in microseconds are made where they stand; to any other from a pool of threads,
which is used for nothing else.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import ParamSpec, TypeVar

from shared.storage.protocol import Absent, Entry, Store, Stored, Tag, Unchanged

_PAGE = 200
"""How many entries of a listing are read before others get their turn."""

P = ParamSpec("P")
R = TypeVar("R")


class AsyncStore:
    """The objects of one store; every method raises StoreUnavailable where it does not answer."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.at_once = store if store.brief else None
        """The store itself where a call takes microseconds and may be made on the event loop; else None."""
        self._pool = ThreadPoolExecutor(thread_name_prefix="store")

    @property
    def near(self) -> bool:
        """Whether asking the store costs microseconds."""
        return self._store.brief

    async def check(self) -> None:
        """Ask the store for anything at all."""
        await self._io(self._store.get, "health")

    async def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        """As `Store.get`."""
        return await self._io(self._store.get, key, unless)

    async def read(self, key: str) -> bytes | None:
        """What stands under the key; None if nothing does."""
        stored = await self.get(key)
        return stored.body if isinstance(stored, Stored) else None

    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        """As `Store.put`; without an expectation, whatever stands there."""
        return await self._io(self._store.put, key, body, expect)

    async def delete(self, key: str, expect: Tag | None = None) -> None:
        """Remove the object as `Store.delete` does; without an expectation, whatever stands there."""
        await self._io(self._store.delete, key, expect)

    async def list(self, prefix: str) -> list[Entry]:
        """Every object under the prefix, at once."""
        return await self._io(lambda: list(self._store.list(prefix)))

    async def entries(self, prefix: str) -> AsyncIterator[Entry]:
        """Every object under the prefix, a page at a time, so that others get their turn."""
        listing = self._store.list(prefix)
        while page := await self._io(lambda: list(islice(listing, _PAGE))):
            for entry in page:
                yield entry
            await asyncio.sleep(0)

    async def reclaim(self) -> None:
        """Let the store give deleted objects' room back, in parts, so that others get their turn."""
        while await self._io(self._store.reclaim):
            await asyncio.sleep(0)

    def shut_down(self) -> None:
        """Finish what is under way and release the store's connections."""
        self._pool.shutdown()
        self._store.close()

    async def _io(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        if self._store.brief:
            return function(*args, **kwargs)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, lambda: function(*args, **kwargs))
