"""Where an instance comes from, and what was made of it: forks of forks, as far as they are still there.

A fork names its origin. An origin that records names the forks that were made of it beside its log, and what is
named there counts only if it names that origin.
"""

from collections.abc import AsyncIterator
from typing import NamedTuple

from shared.errors import InstanceNotFound, SnapshotUnusable
from shared.session.history.recordings import Recording, Recordings
from shared.session.record.segments import Segments
from shared.session.stored.reference import Reference

MOST_RELATIVES = 1000
"""The most ancestors, and the most descendants, that are told."""


class Lineage(NamedTuple):
    """The relatives of an instance, living and closed."""

    itself: Recording
    ancestors: list[Recording]
    """Its origin, the origin of that, and so on up to the first that is not there any more."""
    descendants: list[Recording]
    """Its forks, then theirs; at most `MOST_RELATIVES`."""


async def lineage_of(recordings: Recordings, segments: Segments, reference: Reference) -> Lineage:
    """The lineage of an instance.

    Raises:
        InstanceNotFound: there is neither the instance nor anything recorded of it.
    """
    itself = await recordings.found(reference)
    ancestors, last = list[Recording](), itself
    while last.header.origin is not None and len(ancestors) < MOST_RELATIVES:
        origin = await _found(recordings, reference._replace(instance_id=last.header.origin[0]))
        if origin is None:
            break
        ancestors.append(origin)
        last = origin
    descendants: list[Recording] = []
    waiting = [itself]
    while waiting:
        parent = waiting.pop(0)
        async for child in _children(recordings, segments, parent):
            if len(descendants) == MOST_RELATIVES:
                return Lineage(itself, ancestors, descendants)
            descendants.append(child)
            waiting.append(child)
    return Lineage(itself, ancestors, descendants)


async def _children(recordings: Recordings, segments: Segments, parent: Recording) -> AsyncIterator[Recording]:
    reference, log = parent.header.reference.instance, parent.header.log
    if log is None:
        return
    async for instance_id in segments.beside.branches(reference, log.birth):
        child = await _found(recordings, reference._replace(instance_id=instance_id))
        if child is not None and (child.header.origin or ("",))[0] == reference.instance_id:
            yield child


async def _found(recordings: Recordings, reference: Reference) -> Recording | None:
    try:
        return await recordings.found(reference)
    except (InstanceNotFound, SnapshotUnusable):
        return None  # closed and not recorded, or nobody can tell
