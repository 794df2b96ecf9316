"""The instances of an owner that have recorded calls, living and closed, and each in the state that it is in."""

import math
from collections.abc import AsyncIterator
from typing import NamedTuple

from shared.errors import InstanceNotFound, SnapshotUnusable
from shared.session.record.beside import PREFIX
from shared.session.record.segments import Segments
from shared.session.stored.header import Header
from shared.session.stored.in_parts import in_parts
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Loaded, Snapshots

MOST_RECORDINGS = 100
"""The most recordings of one page, each of which costs a read or two."""

_MOST_READ = 10_000
"""Keys after which a page ends though it is not full."""

_MOST_IN_A_ROW = 100
"""Keys of one instance after which the others are skipped: a listing has up to 1,000 keys in one answer."""

_BEHIND_ALL = "\U0010ffff"


class Recording(NamedTuple):
    """An instance, or one that is closed and was recorded."""

    header: Header
    closed: bool


class Page(NamedTuple):
    """Some recordings in the order of their instances' ids."""

    recordings: list[Recording]
    next: str | None
    """The id that the next page begins behind; None on the last."""


class Recordings:
    """The recordings of one store."""

    def __init__(self, snapshots: Snapshots, segments: Segments, ttl_s: float = math.inf) -> None:
        """What was recorded of a closed instance is told for `ttl_s` seconds since its last call."""
        self._snapshots = snapshots
        self._segments = segments
        self._ttl_s = ttl_s

    async def loaded(self, reference: Reference) -> Loaded:
        """The instance, or its last state if it is closed and was recorded.

        Raises:
            InstanceNotFound: there is neither.
        """
        try:
            return await self._snapshots.load(reference)
        except InstanceNotFound:
            ended = await self.ended(reference)
            if ended is None:
                raise
            return ended

    async def found(self, reference: Reference) -> Recording:
        """The header of the same, and whether it is closed.

        Raises:
            InstanceNotFound: there is neither.
        """
        try:
            return Recording(await self._snapshots.header(reference), closed=False)
        except InstanceNotFound:
            return Recording((await self.loaded(reference)).header, closed=True)

    async def ended(self, reference: Reference) -> Loaded | None:
        """The last state of a closed instance, as long as it is told."""
        ended = await self._segments.ended(reference)
        now = self._snapshots.clock.now()
        return None if ended is None or ended.header.used < now - self._ttl_s else ended

    async def page(self, owner: str, limit: int, after: str = "") -> Page:
        """At most `limit` recordings of the owner; `after` is the `next` of the page before."""
        ids, last, is_last = list[str](), after, True
        async for instance_id, read in self._ids(owner, after):
            if len(ids) == limit or read > _MOST_READ:
                is_last = False
                break
            last = instance_id
            ids.append(instance_id)
        objects = self._snapshots.objects
        found = await in_parts(objects, lambda each: self._recording(Reference(owner, each)), ids)
        return Page([each for each in found if each is not None], None if is_last else last)

    async def _recording(self, reference: Reference) -> Recording | None:
        """The instance; None if it does not record any more, or nobody can tell."""
        try:
            found = await self.found(reference)
        except (InstanceNotFound, SnapshotUnusable):
            return None
        return None if found.header.log is None else found

    async def _ids(self, owner: str, after: str) -> AsyncIterator[tuple[str, int]]:
        """The ids under which there are segments, each with the number of keys that were read up to it."""
        prefix, read = f"{PREFIX}{owner}/", 0
        begin, last, in_a_row = f"{prefix}{after}/{_BEHIND_ALL}" if after else "", after, 0
        while True:
            async for entry in self._snapshots.objects.list(prefix, begin):
                read += 1
                instance_id = entry.key.removeprefix(prefix).partition("/")[0]
                if instance_id <= last:
                    in_a_row += 1
                    if in_a_row > _MOST_IN_A_ROW:
                        break
                    continue
                last, in_a_row = instance_id, 0
                yield instance_id, read
            else:
                return
            begin, in_a_row = f"{prefix}{last}/{_BEHIND_ALL}", 0
