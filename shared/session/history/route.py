"""The way to a place in a log: the nearest keyframe before it, and the calls from there."""

from collections.abc import Sequence
from typing import NamedTuple

from shared.errors import HistoryDamaged, RevisionNotFound
from shared.session.history.parts import Part, Parts
from shared.session.history.place import Place
from shared.session.history.replay import Made, start_of
from shared.session.history.rows import Row, rows_of
from shared.session.record.entries import Entry, Mark
from shared.session.record.segments import Segments
from shared.session.stored.snapshots import Loaded
from shared.storage.protocol import Tag

NO_TAG = Tag("")
"""A keyframe is never written again, so it has no tag."""


class Route(NamedTuple):
    """How a place is reached."""

    start: Loaded
    """What the first call is made on."""
    calls: Sequence[Made]
    """Those up to the place's own, which is the last if it has one. None for a restore."""
    row: Row
    """The place's."""


async def route_to(parts: Parts, segments: Segments, place: Place) -> Route:
    """The way to what the place's call returned.

    Raises:
        RevisionNotFound: the log has no such place.
        HistoryDamaged: a segment on the way is missing, or not as it was written.
    """
    part = await parts.holding(place.revision)
    before = await parts.before(part)
    row = await parts.beside(part, _row, part, before, place)
    target = row.place
    if row.call == "restore":  # no calls lead there
        return Route(start_of(_loaded(before)), [], row)
    return Route(*await _way(parts, segments, part, target), row)


async def way_to(parts: Parts, segments: Segments, place: Place) -> tuple[Loaded, list[Made]]:
    """The nearest keyframe before a place, and the calls from there up to the place's own.

    Raises:
        RevisionNotFound, HistoryDamaged: as for `route_to`.
    """
    return await _way(parts, segments, await parts.holding(place.revision), place)


async def checked(parts: Parts, place: Place) -> Place:
    """The place with the index of its call, where several calls made its revision.

    Raises:
        RevisionNotFound: the log has no such place.
    """
    part = await parts.holding(place.revision)
    entries = await parts.entries(part)
    return _checked(place, entries[place.revision - part.log.after - 1][1])


async def state_at(parts: Parts, place: Place) -> Loaded | None:
    """The state that a revision has left, where it is stored as it is; None where a way leads to it.

    Raises:
        RevisionNotFound: the log does not have it.
    """
    tail, revision = parts.tail, place.revision
    if place.k is not None:
        return None
    if revision == tail.header.revision:
        return start_of(_loaded(tail))
    first = await parts.first()
    if revision == first.header.revision and first.body:
        return start_of(_loaded(first))
    part = await parts.holding(revision)
    if part.header.revision == revision and part.body:
        return start_of(_loaded(part))
    return None


def _row(part: Part, before: Part, place: Place) -> Row:
    target = _checked(place, part.entries()[place.revision - part.log.after - 1][1])
    return next(row for row in rows_of(part, before) if row.place == target)


def _checked(place: Place, entry: Entry) -> Place:
    count = len(entry.calls)
    if place.k is None:
        return place if count < 2 else place._replace(k=count - 1)
    if place.k < count:
        return place if count > 1 else place._replace(k=None)
    raise RevisionNotFound(
        f"Revision {place.revision} was made by {count} calls, so it has "
        + (f"{place.revision}.0 to {place.revision}.{count - 1}." if count else "no parts."),
        calls=count,
    )


async def _way(parts: Parts, segments: Segments, part: Part, target: Place) -> tuple[Loaded, list[Made]]:
    keyframe = await parts.segment(part.log.keyframe)
    start, calls, mark = keyframe, list[Made](), None
    reached = keyframe.header.revision
    async for each in parts.between(reached, target.revision):
        for revision, entry in await parts.entries(each):
            if revision <= reached or revision > target.revision:
                continue
            reached = revision
            end = len(entry.calls) if revision < target.revision else (target.k or 0) + 1
            mark, calls = _taken(entry, end, mark, calls)
            begin = mark.k if mark is not None and mark in entry.marks else 0
            calls += made(revision, entry, begin, end)
    if mark is not None:
        found = await segments.read(keyframe.header.reference, part.log.birth, f"k{mark.name.hex()}")
        return start_of(Loaded(found.header, found.body, NO_TAG)), calls
    if not start.body:
        raise HistoryDamaged(f"The keyframe of revision {part.log.keyframe} in the instance's log is missing.")
    return start_of(_loaded(start)), calls


def _taken(entry: Entry, end: int, mark: Mark | None, calls: list[Made]) -> tuple[Mark | None, list[Made]]:
    """The last keyframe within the entry before the call `end`, from which there are no calls yet."""
    within = [each for each in entry.marks if each.k < end]
    return (within[-1], []) if within else (mark, calls)


def made(revision: int, entry: Entry, begin: int = 0, end: int | None = None) -> list[Made]:
    """The calls of an entry with their places."""
    several = len(entry.calls) > 1
    return [
        Made(Place(revision, index if several else None), call)
        for index, call in enumerate(entry.calls[:end])
        if index >= begin
    ]


def _loaded(part: Part) -> Loaded:
    return Loaded(part.header, part.body, NO_TAG)
