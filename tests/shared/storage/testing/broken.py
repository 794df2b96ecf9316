"""Stores that each break one promise."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace

from shared.storage.memory import MemoryStore
from shared.storage.protocol import ABSENT, UNCHANGED, Absent, Conflict, Entry, Stored, Tag, Unchanged


class IgnoresExpectations(MemoryStore):
    """As a server that does not know `If-Match`."""

    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        return await super().put(key, body)


class DeletesWhateverIsThere(MemoryStore):
    async def delete(self, key: str, expect: Tag | None = None) -> None:
        await super().delete(key)


class ChecksThenWrites(MemoryStore):
    """Another thread may write between the check and the write."""

    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        stored = await self.get(key)
        if expect is not None and (stored.tag if isinstance(stored, Stored) else ABSENT) != expect:
            raise Conflict(key)
        time.sleep(0.002)
        return await super().put(key, body)


class TagsAreLengths(MemoryStore):
    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        await super().put(key, body)
        return Tag(str(len(body)))


class AlwaysUnchanged(MemoryStore):
    async def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        return UNCHANGED if unless is not None else await super().get(key)


class FoldsCase(MemoryStore):
    """As some file systems do."""

    async def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        return await super().get(key.lower(), unless)

    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        return await super().put(key.lower(), body, expect)


class ListsOnePage(MemoryStore):
    async def list(self, prefix: str) -> AsyncIterator[Entry]:
        for entry in [entry async for entry in super().list(prefix)][:3]:
            yield entry


class ListsInNoOrder(MemoryStore):
    async def list(self, prefix: str) -> AsyncIterator[Entry]:
        for entry in reversed([entry async for entry in super().list(prefix)]):
            yield entry


class ListsPartsOfSegments(MemoryStore):
    def list(self, prefix: str) -> AsyncIterator[Entry]:
        return super().list(prefix.removesuffix("/"))


class NeverCompacted(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self.capabilities = replace(MemoryStore.capabilities, compact=lambda: 1)


class ForgetsWrites(MemoryStore):
    """As a cache in between, which answers with what it had."""

    def __init__(self) -> None:
        super().__init__()
        self._first: dict[str, bytes] = {}

    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        tag = await super().put(key, body, expect)
        self._first.setdefault(key, body)
        return tag

    async def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        stored = await super().get(key, unless)
        return Stored(self._first[key], stored.tag) if isinstance(stored, Stored) else stored
