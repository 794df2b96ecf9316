"""Stores that each break one promise, and the check that a rule notices it."""

import fnmatch
import itertools
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from shared.storage.memory import MemoryStore
from shared.storage.protocol import ABSENT, UNCHANGED, Absent, Conflict, Entry, Stored, Tag, Unchanged
from tests.blocking import result

NOTICED = (AssertionError, Conflict, pytest.fail.Exception)
"""What a rule raises for a store that breaks it."""

Breakers = Mapping[str, type[MemoryStore]]
"""A store that breaks the rule, by the rule's name."""


def rules_of(suite: type) -> set[str]:
    return {name for name in vars(suite) if name.startswith("test_")}


Rule = Callable[..., Coroutine[Any, Any, None] | None]


def followed(rule: Rule, *stores: MemoryStore, **parameters: Any) -> None:
    """Apply a rule of the contract to the stores."""
    coroutine = rule(*stores, **parameters)
    if coroutine is not None:
        result(coroutine)


def assert_noticed(rule: Rule, broken: Callable[[], MemoryStore], **parameters: Any) -> None:
    followed(rule, MemoryStore(), **parameters)
    with pytest.raises(NOTICED):
        followed(rule, broken(), **parameters)


class SaysAnotherThingLater(MemoryStore):
    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        self.capabilities = replace(self.capabilities, max_object_bytes=1 << 20)
        return await super().put(key, body, expect)


class EmptyWhereNothingIs(MemoryStore):
    async def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        return await super().get(key, unless) or Stored(b"", Tag(""))


class TellsAnotherTag(MemoryStore):
    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        return Tag(await super().put(key, body, expect) + "-old")


class KeepsText(MemoryStore):
    """Line ends come back as the host has them."""

    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        return await super().put(key, body.replace(b"\r", b"\n"), expect)


class FoldsCase(MemoryStore):
    """As some file systems do."""

    async def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        return await super().get(key.lower(), unless)

    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        return await super().put(key.lower(), body, expect)


class DeletesWhatIsBelow(MemoryStore):
    """As a folder is removed."""

    async def delete(self, key: str, expect: Tag | None = None) -> None:
        for entry in [entry async for entry in super().list(f"{key}/")]:
            await super().delete(entry.key)
        await super().delete(key, expect)


class DropsPunctuation(MemoryStore):
    async def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        return await super().get(key.replace(".", ""), unless)

    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        return await super().put(key.replace(".", ""), body, expect)


class NeverOverwrites(MemoryStore):
    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        stored = await self.get(key)
        return (
            stored.tag if isinstance(stored, Stored) and expect is None else await super().put(key, body, expect)
        )


class IgnoresExpectations(MemoryStore):
    """As a server that does not know `If-Match`."""

    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        return await super().put(key, body)


class RemembersTheDeleted(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self.deleted: set[str] = set()

    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        if expect is ABSENT and key in self.deleted:
            raise Conflict(key)
        return await super().put(key, body, expect)

    async def delete(self, key: str, expect: Tag | None = None) -> None:
        self.deleted.add(key)
        await super().delete(key, expect)


class TakesATagOnce(MemoryStore):
    """Each put with a tag is sent twice, and the second answer is the one that is told."""

    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        if expect not in (None, ABSENT):
            await super().put(key, body, expect)
        return await super().put(key, body, expect)


class TagsAreLengths(MemoryStore):
    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        await super().put(key, body)
        return Tag(str(len(body)))


class AlwaysUnchanged(MemoryStore):
    async def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        return UNCHANGED if unless is not None else await super().get(key)


class NeverDeletes(MemoryStore):
    async def delete(self, key: str, expect: Tag | None = None) -> None:
        if expect is not None:
            await super().delete(key, expect)


class DeletesWhateverIsThere(MemoryStore):
    async def delete(self, key: str, expect: Tag | None = None) -> None:
        await super().delete(key)


class OnlyMarksForDeletion(MemoryStore):
    async def delete(self, key: str, expect: Tag | None = None) -> None:
        if expect is None:
            await super().delete(key)


class NeverCompacted(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self.capabilities = replace(MemoryStore.capabilities, compact=lambda: 1)


class ListsAllForNothing(MemoryStore):
    async def list(self, prefix: str, after: str = "") -> AsyncIterator[Entry]:
        for entry in [e async for e in super().list(prefix, after)] or [e async for e in super().list("")]:
            yield entry


class ListsNoTimes(MemoryStore):
    async def list(self, prefix: str, after: str = "") -> AsyncIterator[Entry]:
        async for entry in super().list(prefix, after):
            yield entry._replace(written=0.0)


class ListsInNoOrder(MemoryStore):
    async def list(self, prefix: str, after: str = "") -> AsyncIterator[Entry]:
        for entry in reversed([entry async for entry in super().list(prefix, after)]):
            yield entry


class ListsOnePage(MemoryStore):
    async def list(self, prefix: str, after: str = "") -> AsyncIterator[Entry]:
        for entry in [entry async for entry in super().list(prefix, after)][:3]:
            yield entry


class ListsFromTheBeginning(MemoryStore):
    async def list(self, prefix: str, after: str = "") -> AsyncIterator[Entry]:
        async for entry in super().list(prefix):
            yield entry


class GoesOnBehindObjectsAlone(MemoryStore):
    async def list(self, prefix: str, after: str = "") -> AsyncIterator[Entry]:
        there = await self.get(after) is not None
        async for entry in super().list(prefix, after if there else ""):
            yield entry


class ListsOneLevel(MemoryStore):
    async def list(self, prefix: str, after: str = "") -> AsyncIterator[Entry]:
        async for entry in super().list(prefix, after):
            if "/" not in entry.key.removeprefix(prefix):
                yield entry


class ListsPartsOfSegments(MemoryStore):
    async def list(self, prefix: str, after: str = "") -> AsyncIterator[Entry]:
        async for entry in super().list(prefix.removesuffix("/")):
            yield entry


class ListsByPattern(MemoryStore):
    async def list(self, prefix: str, after: str = "") -> AsyncIterator[Entry]:
        async for entry in super().list(""):
            if fnmatch.fnmatchcase(entry.key, f"{prefix}*"):
                yield entry


class ListsByPosition(MemoryStore):
    """Asks for the next entry by its number, which deletions shift."""

    async def list(self, prefix: str, after: str = "") -> AsyncIterator[Entry]:
        for position in itertools.count():
            left = [entry async for entry in super().list(prefix, after)][position:]
            if not left:
                return
            yield left[0]


class ChecksThenWrites(MemoryStore):
    """Another thread may write between the check and the write."""

    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        stored = await self.get(key)
        if expect is not None and (stored.tag if isinstance(stored, Stored) else ABSENT) != expect:
            raise Conflict(key)
        time.sleep(0.002)
        return await super().put(key, body)


class ChecksThenDeletes(MemoryStore):
    """Another thread may delete between the check and the deletion."""

    async def delete(self, key: str, expect: Tag | None = None) -> None:
        stored = await self.get(key)
        if expect is not None and (stored.tag if isinstance(stored, Stored) else None) != expect:
            raise Conflict(key)
        time.sleep(0.002)
        await super().delete(key)


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


class SaysThatItIsShared(MemoryStore):
    """What one opener of a shared place has."""

    def __init__(self) -> None:
        super().__init__()
        self.capabilities = replace(MemoryStore.capabilities, shared=True)


class ReadsWhatItWrote(SaysThatItIsShared):
    """As a client with a cache of its own, over what all openers share."""

    def __init__(self, place: MemoryStore) -> None:
        super().__init__()
        self._place = place
        self._written: dict[str, Stored] = {}

    async def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        return self._written.get(key) or await self._place.get(key, unless)

    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        self._written[key] = Stored(body, await self._place.put(key, body, expect))
        return self._written[key].tag

    async def delete(self, key: str, expect: Tag | None = None) -> None:
        await self._place.delete(key, expect)

    def list(self, prefix: str, after: str = "") -> AsyncIterator[Entry]:
        return self._place.list(prefix, after)


class ExpectsWhatItWrote(SaysThatItIsShared):
    """As a client that compares tags by itself, over what all openers share."""

    def __init__(self, place: MemoryStore) -> None:
        super().__init__()
        self._place = place
        self._tags: dict[str, Tag] = {}

    async def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        return await self._place.get(key, unless)

    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        if expect is not None and self._tags.get(key, expect) != expect:
            raise Conflict(key)
        self._tags[key] = await self._place.put(key, body)
        return self._tags[key]
