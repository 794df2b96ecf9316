"""Stores that each break one promise."""

import time
from collections.abc import Iterator
from dataclasses import replace

from shared.storage.memory import MemoryStore
from shared.storage.protocol import ABSENT, UNCHANGED, Absent, Conflict, Entry, Stored, Tag, Unchanged


class IgnoresExpectations(MemoryStore):
    """As a server that does not know `If-Match`."""

    def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        return super().put(key, body)


class DeletesWhateverIsThere(MemoryStore):
    def delete(self, key: str, expect: Tag | None = None) -> bool:
        return super().delete(key)


class ChecksThenWrites(MemoryStore):
    """Another thread may write between the check and the write."""

    def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        stored = self.get(key)
        if expect is not None and (stored.tag if isinstance(stored, Stored) else ABSENT) != expect:
            raise Conflict(key)
        time.sleep(0.002)
        return super().put(key, body)


class TagsAreLengths(MemoryStore):
    def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        super().put(key, body)
        return Tag(str(len(body)))


class AlwaysUnchanged(MemoryStore):
    def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        return UNCHANGED if unless is not None else super().get(key)


class FoldsCase(MemoryStore):
    """As some file systems do."""

    def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        return super().get(key.lower(), unless)

    def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        return super().put(key.lower(), body, expect)


class ListsOnePage(MemoryStore):
    def list(self, prefix: str) -> Iterator[Entry]:
        return iter([*super().list(prefix)][:3])


class ListsInNoOrder(MemoryStore):
    def list(self, prefix: str) -> Iterator[Entry]:
        return reversed([*super().list(prefix)])


class ListsPartsOfSegments(MemoryStore):
    def list(self, prefix: str) -> Iterator[Entry]:
        return super().list(prefix.removesuffix("/"))


class NeverCompacted(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self.capabilities = replace(MemoryStore.capabilities, compact=lambda: 1)
