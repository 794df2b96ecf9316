"""The rows of a log: every recorded call with what it was given and what it came to, without replaying any."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from shared.session.history.parts import Part, Parts
from shared.session.history.place import Place
from shared.session.live.environment import ProgressCounter
from shared.session.record.entries import Kind, Recorded

MOST_ROWS = 1000
"""The most rows of one page."""

CALLS = {
    Kind.STEP: "step",
    Kind.DRAWN_STEP: "step",
    Kind.RESET: "reset",
    Kind.SAMPLE: "sample",
    Kind.RENDER: "render",
    Kind.RESTORE: "restore",
}


class Row(NamedTuple):
    """One call, or a revision that no call of the environment made."""

    place: Place
    episode: int
    step: int
    """Steps of the episode after the call."""
    call: str | None
    action: Any
    reward: Any
    terminated: Any
    truncated: Any
    arguments: Any
    """Those of another call than a step, by name."""
    time: float
    """Seconds since the epoch."""


class Page(NamedTuple):
    """Some rows in their order."""

    rows: Sequence[Row]
    next: Place | None
    """What the next page begins behind; None on the last."""


async def page_of(parts: Parts, after: Place | None, limit: int) -> Page:
    """At most `limit` rows behind a place, or from the first on.

    Raises:
        HistoryDamaged: a segment is missing, or not as it was written.
    """
    found: list[Row] = []
    begin = after or Place(0)
    reached = begin.revision - (0 if begin.k is None else 1)
    first = await parts.first()
    reached = max(reached, first.header.revision)
    async for part in parts.between(reached, parts.tail.last):
        if part.log.after >= part.last:
            continue
        before = await parts.before(part)
        more = await parts.beside(part, _rows_within, part, before, reached, begin, limit + 1 - len(found))
        found += more
        if len(found) > limit:
            return Page(found[:limit], found[limit - 1].place)
        reached = part.last
    return Page(found, None)


def _rows_within(part: Part, before: Part, reached: int, after: Place, most: int) -> list[Row]:
    """At most so many rows of the part, behind a revision and behind a place."""
    rows = (row for row in rows_of(part, before) if row.place.revision > reached and _is_behind(row.place, after))
    return [*islice(rows, most)]


def rows_of(part: Part, before: Part) -> Iterator[Row]:
    """The rows of a part; `before` is the one before it, with whose progress it begins."""
    counter = ProgressCounter(part.header.recipe, before.header.progress)
    ms = int(before.header.used * 1000)
    for revision, entry in part.entries():
        ms += entry.ms
        if not entry.calls:
            yield Row(Place(revision), counter.episode, counter.steps, *_NOTHING, ms / 1000)
        several = len(entry.calls) > 1
        if entry.calls and entry.calls[0].kind == Kind.RESTORE:
            counter.resume_from(part.header.progress)  # nothing comes behind it in its part
        for index, call in enumerate(entry.calls):
            place = Place(revision, index if several else None)
            yield _row(place, call, counter, ms / 1000)


_NOTHING = (None, None, None, None, None, None)


def _row(place: Place, call: Recorded, counter: ProgressCounter, time: float) -> Row:
    name = CALLS[call.kind]
    if call.kind <= Kind.DRAWN_STEP:
        counter.step(call.reward, call.terminated, call.truncated)
        flags = call.reward, call.terminated, call.truncated
        return Row(place, counter.episode, counter.steps, name, call.argument, *flags, None, time)
    if call.kind == Kind.RESET:
        counter.reset()
    return Row(place, counter.episode, counter.steps, name, None, None, None, None, arguments_of(call), time)


def arguments_of(call: Recorded) -> dict[str, Any] | None:
    """What a call other than a step was given, by name."""
    match call.kind, call.argument:
        case Kind.RESET, [seed, options]:
            return {"seed": seed, "options": options}
        case Kind.SAMPLE, [space, mask, probability]:
            return {"space": space, "mask": mask, "probability": probability}
        case Kind.RESTORE, what:
            return {"to": what}
    return None


def _is_behind(place: Place, after: Place) -> bool:
    if place.revision != after.revision:
        return place.revision > after.revision
    return after.k is not None and place.k is not None and place.k > after.k
