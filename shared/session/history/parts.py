"""The parts of one log, found without reading the others: its segments, and the tail in the state itself."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import NamedTuple, ParamSpec, TypeVar

from shared.errors import HistoryDamaged, NotRecorded, RevisionNotFound
from shared.session.live.placement import Thread
from shared.session.record.entries import Entry
from shared.session.record.reader import entries_in
from shared.session.record.segments import Segment, Segments, name_of
from shared.session.stored.header import Header, Log
from shared.session.stored.snapshots import Loaded

P = ParamSpec("P")
R = TypeVar("R")

_SHORT_BYTES = 8192
"""A part up to this is read in some milliseconds."""


_MOST_KNOWN = 4
"""Segments that are remembered while one request is answered."""


class Part(NamedTuple):
    """Successive entries of a log, and the instance as it was at their end."""

    header: Header
    log: Log
    body: bytes
    """The state at its end; empty where a segment has no keyframe."""
    digest: bytes = b""
    """By which the next part names it; empty for the tail."""

    @property
    def last(self) -> int:
        """The last revision that has an entry here."""
        return self.log.until if self.log.until >= 0 else self.header.revision

    def entries(self) -> list[tuple[int, Entry]]:
        """The entries with their revisions, in order.

        Raises:
            HistoryDamaged: there are more or fewer than it says.
        """
        found = [*enumerate(entries_in(self.log.tail), self.log.after + 1)]
        if len(found) != self.last - self.log.after:
            raise HistoryDamaged(f"The part of the log that ends at revision {self.last} is not whole.")
        return found


class Parts:
    """The parts of an instance's log."""

    def __init__(self, segments: Segments, loaded: Loaded, thread: Thread | None = None) -> None:
        """`loaded` is the instance, or its end if it is closed. What takes long is done on the thread.

        Raises:
            NotRecorded: it has no log.
        """
        log = loaded.header.log
        if log is None:
            raise NotRecorded(
                'The instance records no calls; create it with "record": true, or send {"on": true} to record/.'
            )
        self._segments = segments
        self._log = log
        self._thread = thread
        self._known: dict[int, Part] = {}
        """The segments that were read last, by revision: the way to a place leads over few, several times."""
        self._last_read: tuple[Log | None, list[tuple[int, Entry]]] = (None, [])
        self.tail = Part(loaded.header, log, loaded.body)
        """What is in no segment yet."""

    async def beside(self, part: Part, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """What the function makes of the part; of a long one beside the event loop."""
        if self._thread is None or len(part.log.tail) <= _SHORT_BYTES:
            return function(*args, **kwargs)
        return await self._thread.run(function, *args, **kwargs)

    async def entries(self, part: Part) -> list[tuple[int, Entry]]:
        """The entries of a part with their revisions, in order; those of the last part are remembered.

        Raises:
            HistoryDamaged: there are more or fewer than it says.
        """
        known, entries = self._last_read
        if known is not part.log:
            entries = await self.beside(part, part.entries)
            self._last_read = part.log, entries
        return entries

    async def segment(self, revision: int) -> Part:
        """The segment that ends at the revision.

        Raises:
            HistoryDamaged: it is missing, or not as it was written.
        """
        part = self._known.get(revision)
        if part is None:
            part = _part(await self._segments.read(self.tail.header.reference, self._log.birth, name_of(revision)))
            if len(self._known) == _MOST_KNOWN:
                self._known.pop(next(iter(self._known)))
            self._known[revision] = part
        return part

    async def segments(self, revisions: Sequence[int]) -> list[Part]:
        """The segments that end at the revisions.

        Raises:
            HistoryDamaged: one is missing, or not as it was written.
        """
        names = [name_of(revision) for revision in revisions]
        return [*map(_part, await self._segments.read_all(self.tail.header.reference, self._log.birth, names))]

    async def revisions(self) -> list[int]:
        """The revisions at which segments end, in order."""
        reference = self.tail.header.reference
        return [int(name) async for name in self._segments.names(reference, self._log.birth)]

    async def before(self, part: Part) -> Part:
        """The segment before a part, which the part names.

        Raises:
            HistoryDamaged: it is missing, altered, or another one.
        """
        found = await self.segment(part.log.after)
        if found.digest != part.log.previous:
            raise HistoryDamaged(
                f"The segment {self._log.birth}/{name_of(part.log.after)} of the instance's log is not the one "
                "that the next segment follows.",
                segment=name_of(part.log.after),
            )
        return found

    async def first(self) -> Part:
        """The part with which the log begins: no entry, and a keyframe."""
        async for name in self._segments.names(self.tail.header.reference, self._log.birth):
            return await self.segment(int(name))
        return self.tail

    async def holding(self, revision: int) -> Part:
        """The part that has the revision's entry.

        Raises:
            RevisionNotFound: there is no such entry.
            HistoryDamaged: the segment is missing, or not as it was written.
        """
        if revision > self._log.after:
            if revision > self.tail.last:
                raise await self._not_found(revision)
            return self.tail
        part = None
        async for name in self._segments.names(self.tail.header.reference, self._log.birth, revision - 1):
            part = await self.segment(int(name))
            break
        if part is None:
            raise HistoryDamaged(f"The segment of the instance's log that has revision {revision} is missing.")
        if not part.log.after < revision <= part.last:
            if part.log.previous and part.log.after >= revision:
                raise HistoryDamaged(f"The segment of the instance's log that has revision {revision} is missing.")
            raise await self._not_found(revision)
        return part

    async def between(self, after: int, last: int) -> AsyncIterator[Part]:
        """The parts that have the entries behind one revision up to another, in order.

        A part may begin with entries that a part before it had: a segment may have been sealed and not used.

        Raises:
            HistoryDamaged: one is missing, or not as it was written.
        """
        reached = after
        if reached < self._log.after:
            async for name in self._segments.names(self.tail.header.reference, self._log.birth, after):
                part = await self.segment(int(name))
                self._check_follows(part, reached)
                yield part
                reached = int(name)
                if reached >= min(last, self._log.after):
                    break
        if reached < last:
            self._check_follows(self.tail, reached)
            yield self.tail

    def _check_follows(self, part: Part, reached: int) -> None:
        if part.log.after > reached:
            raise HistoryDamaged(
                f"The segment {self._log.birth}/{name_of(part.log.after)} of the instance's log is missing.",
                segment=name_of(part.log.after),
            )

    async def _not_found(self, revision: int) -> RevisionNotFound:
        first = (await self.first()).header.revision + 1
        if first > self.tail.last:
            return RevisionNotFound(f"The instance's log has no entry yet, and so none of revision {revision}.")
        return RevisionNotFound(
            f"The instance's log has no entry of revision {revision}; it has those from {first} to "
            f"{self.tail.last}, but for what came while it was off.",
            first=first,
            last=self.tail.last,
        )


def _part(segment: Segment) -> Part:
    log = segment.header.log
    if log is None:
        raise HistoryDamaged("A segment of the instance's log has none.")
    return Part(segment.header, log, segment.body, segment.digest)
