"""A store in a dictionary, for tests and for a single process whose instances may end with it."""

import asyncio
import itertools
import sys
import threading
import time
from bisect import bisect_left, insort
from collections.abc import AsyncIterator
from typing import NamedTuple

from shared.storage.address import StoreAddress
from shared.storage.capabilities import Capabilities
from shared.storage.protocol import (
    ABSENT,
    UNCHANGED,
    Absent,
    Conflict,
    Durability,
    Entry,
    Stored,
    Tag,
    Unchanged,
)

_TURN = 500
"""Entries of a listing after which other tasks get a turn."""


class _Version(NamedTuple):
    stored: Stored
    written: float


class MemoryStore:
    """Objects of one process, shared by its threads and lost when it ends."""

    capabilities = Capabilities(remote=False, shared=False, max_object_bytes=sys.maxsize)

    def __init__(self) -> None:
        self._versions: dict[str, _Version] = {}
        self._keys: list[str] = []
        """Those of `_versions`, sorted by code point, which is the order of their UTF-8 bytes."""
        self._writes = itertools.count(1)
        self._lock = threading.Lock()

    @classmethod
    def from_address(cls, address: StoreAddress, durability: Durability) -> "MemoryStore":
        """A new, empty store for `memory:`; no durability applies.

        Raises:
            Misconfigured: something follows the colon.
        """
        if address.location:
            raise address.malformed("memory:")
        return cls()

    async def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        """See `Store.get`; never fails."""
        version = self._versions.get(key)
        if version is None:
            return None
        return UNCHANGED if version.stored.tag == unless else version.stored

    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        """See `Store.put`; the outcome is always known."""
        with self._lock:
            if expect is not None:
                self._check(key, expect)
            tag = Tag(str(next(self._writes)))
            if key not in self._versions:
                insort(self._keys, key)
            self._versions[key] = _Version(Stored(body, tag), time.time())
            return tag

    async def delete(self, key: str, expect: Tag | None = None) -> None:
        """See `Store.delete`; the outcome is always known."""
        with self._lock:
            if expect is not None:
                self._check(key, expect)
            if self._versions.pop(key, None) is not None:
                del self._keys[bisect_left(self._keys, key)]

    async def list(self, prefix: str, after: str = "") -> AsyncIterator[Entry]:
        """See `Store.list`; it takes the room of one turn's entries."""
        start = after + "\0" if after else prefix
        while True:
            with self._lock:
                first = bisect_left(self._keys, start)
                found = [(key, self._versions[key]) for key in self._keys[first : first + _TURN]]
            for key, version in found:
                if not key.startswith(prefix):
                    return
                yield Entry(key, version.written, len(version.stored.body))
            if len(found) < _TURN:
                return
            await asyncio.sleep(0)
            start = found[-1][0] + "\0"  # the least key after the last one

    async def close(self) -> None:
        """See `Store.close`; there is nothing to release."""

    def _check(self, key: str, expect: Tag | Absent) -> None:
        version = self._versions.get(key)
        if (ABSENT if version is None else version.stored.tag) != expect:
            raise Conflict(key, sent_once=True)
