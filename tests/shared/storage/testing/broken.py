"""Stores that each break one promise, and the check that a rule notices it."""

import fnmatch
import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from shared.storage.memory import MemoryStore
from shared.storage.protocol import ABSENT, UNCHANGED, Absent, Conflict, Entry, Stored, Tag, Unchanged

NOTICED = (AssertionError, Conflict, pytest.fail.Exception)
"""What a rule raises for a store that breaks it."""

Breakers = Mapping[str, type[MemoryStore]]
"""A store that breaks the rule, by the rule's name."""


def rules_of(suite: type) -> set[str]:
    return {name for name in vars(suite) if name.startswith("test_")}


def assert_noticed(rule: Callable[..., None], broken: Callable[[], MemoryStore], **parameters: Any) -> None:
    rule(store=MemoryStore(), **parameters)
    with pytest.raises(NOTICED):
        rule(store=broken(), **parameters)


class SaysAnotherThingLater(MemoryStore):
    def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        self.capabilities = replace(self.capabilities, max_object_bytes=1 << 20)
        return super().put(key, body, expect)


class EmptyWhereNothingIs(MemoryStore):
    def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        return super().get(key, unless) or Stored(b"", Tag(""))


class TellsAnotherTag(MemoryStore):
    def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        return Tag(super().put(key, body, expect) + "-old")


class KeepsText(MemoryStore):
    """Line ends come back as the host has them."""

    def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        return super().put(key, body.replace(b"\r", b"\n"), expect)


class FoldsCase(MemoryStore):
    """As some file systems do."""

    def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        return super().get(key.lower(), unless)

    def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        return super().put(key.lower(), body, expect)


class DeletesWhatIsBelow(MemoryStore):
    """As a folder is removed."""

    def delete(self, key: str, expect: Tag | None = None) -> bool:
        for entry in [*super().list(f"{key}/")]:
            super().delete(entry.key)
        return super().delete(key, expect)


class DropsPunctuation(MemoryStore):
    def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        return super().get(key.replace(".", ""), unless)

    def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        return super().put(key.replace(".", ""), body, expect)


class NeverOverwrites(MemoryStore):
    def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        stored = self.get(key)
        return stored.tag if isinstance(stored, Stored) and expect is None else super().put(key, body, expect)


class IgnoresExpectations(MemoryStore):
    """As a server that does not know `If-Match`."""

    def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        return super().put(key, body)


class RemembersTheDeleted(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self.deleted: set[str] = set()

    def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        if expect is ABSENT and key in self.deleted:
            raise Conflict(key)
        return super().put(key, body, expect)

    def delete(self, key: str, expect: Tag | None = None) -> bool:
        self.deleted.add(key)
        return super().delete(key, expect)


class TakesATagOnce(MemoryStore):
    """Each put with a tag is sent twice, and the second answer is the one that is told."""

    def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        if expect not in (None, ABSENT):
            super().put(key, body, expect)
        return super().put(key, body, expect)


class TagsAreLengths(MemoryStore):
    def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        super().put(key, body)
        return Tag(str(len(body)))


class AlwaysUnchanged(MemoryStore):
    def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        return UNCHANGED if unless is not None else super().get(key)


class AlwaysDeleted(MemoryStore):
    """As S3, whose reply does not say whether there was an object."""

    def delete(self, key: str, expect: Tag | None = None) -> bool:
        super().delete(key, expect)
        return True


class DeletesWhateverIsThere(MemoryStore):
    def delete(self, key: str, expect: Tag | None = None) -> bool:
        return super().delete(key)


class OnlyMarksForDeletion(MemoryStore):
    def delete(self, key: str, expect: Tag | None = None) -> bool:
        stored = self.get(key)
        return isinstance(stored, Stored) if expect is not None else super().delete(key)


class NeverCompacted(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self.capabilities = replace(MemoryStore.capabilities, compact=lambda: 1)


class ListsAllForNothing(MemoryStore):
    def list(self, prefix: str) -> Iterator[Entry]:
        return iter([*super().list(prefix)] or [*super().list("")])


class ListsNoTimes(MemoryStore):
    def list(self, prefix: str) -> Iterator[Entry]:
        return (entry._replace(written=0.0) for entry in super().list(prefix))


class ListsInNoOrder(MemoryStore):
    def list(self, prefix: str) -> Iterator[Entry]:
        return reversed([*super().list(prefix)])


class ListsOnePage(MemoryStore):
    def list(self, prefix: str) -> Iterator[Entry]:
        return iter([*super().list(prefix)][:3])


class ListsOneLevel(MemoryStore):
    def list(self, prefix: str) -> Iterator[Entry]:
        return (entry for entry in super().list(prefix) if "/" not in entry.key.removeprefix(prefix))


class ListsPartsOfSegments(MemoryStore):
    def list(self, prefix: str) -> Iterator[Entry]:
        return super().list(prefix.removesuffix("/"))


class ListsByPattern(MemoryStore):
    def list(self, prefix: str) -> Iterator[Entry]:
        return (entry for entry in super().list("") if fnmatch.fnmatchcase(entry.key, f"{prefix}*"))


class ListsByPosition(MemoryStore):
    """Asks for the next entry by its number, which deletions shift."""

    def list(self, prefix: str) -> Iterator[Entry]:
        for position in itertools.count():
            left = [*super().list(prefix)][position:]
            if not left:
                return
            yield left[0]


class ChecksThenWrites(MemoryStore):
    """Another thread may write between the check and the write."""

    def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        stored = self.get(key)
        if expect is not None and (stored.tag if isinstance(stored, Stored) else ABSENT) != expect:
            raise Conflict(key)
        time.sleep(0.002)
        return super().put(key, body)


class ChecksThenDeletes(MemoryStore):
    """Another thread may delete between the check and the deletion."""

    def delete(self, key: str, expect: Tag | None = None) -> bool:
        stored = self.get(key)
        if expect is not None and (stored.tag if isinstance(stored, Stored) else None) != expect:
            raise Conflict(key)
        time.sleep(0.002)
        super().delete(key)
        return True
