"""The calls of an episode: from the state that it begins with, up to its last step."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, NamedTuple, Protocol

from shared.errors import HistoryDamaged
from shared.session.history.parts import Parts
from shared.session.history.place import Place
from shared.session.history.replay import Made, Replay, check_same, difference_in, start_of
from shared.session.history.route import NO_TAG, made, way_to
from shared.session.record.entries import Kind
from shared.session.record.episodes import Episode
from shared.session.record.segments import Segments
from shared.session.stored.snapshots import Loaded

_DRAWN_AT_ONCE = 64
"""Calls to which the limit of one call applies where all are drawn: a film may take longer than a call."""


class Passage(NamedTuple):
    """How an episode begins."""

    start: Loaded
    """What the first call is made on."""
    lead: Sequence[Made]
    """The calls up to its reset, which is the last. Empty where it begins amid another one."""
    drawn: bool = False
    """Whether its calls are made to be drawn. Then those that drew when it was recorded are left out."""


class Witness(Protocol):
    """What sees an episode's calls. Its methods are called on the environment's thread."""

    @property
    def complete(self) -> bool:
        """Whether it has seen enough."""

    def begin(self, returned: Any) -> None:
        """See what the reset returned, or the step that was one; None where it begins amid another episode."""

    def add(self, made: Made, returned: Any) -> None:
        """See what a call behind it returned."""


async def passage_to(parts: Parts, segments: Segments, episode: Episode) -> Passage:
    """The way to an episode's beginning.

    Raises:
        HistoryDamaged: a segment on the way is missing, or not as it was written.
    """
    if episode.start == "reset":
        return Passage(*await way_to(parts, segments, place_of(episode.first)))
    revision = episode.first[0]
    part = await parts.segment(revision)
    if not part.body:
        raise HistoryDamaged(f"The keyframe of revision {revision} in the instance's log is missing.")
    return Passage(start_of(Loaded(part.header, part.body, NO_TAG)), ())


async def calls_of(parts: Parts, episode: Episode) -> AsyncIterator[list[Made]]:
    """The calls behind an episode's beginning up to its last step, those of one part of the log at a time.

    Raises:
        HistoryDamaged: a segment is missing, or not as it was written.
    """
    (first, k), last = episode.first, place_of(episode.last)
    reached = first - 1 if k >= 0 else first
    async for part in parts.between(reached, last.revision):
        calls: list[Made] = []
        for revision, entry in await parts.entries(part):
            if reached < revision <= last.revision:
                begin = k + 1 if revision == first else 0
                end = None if revision < last.revision or last.k is None else last.k + 1
                calls += made(revision, entry, begin, end)
                reached = revision
        yield calls


async def walk(parts: Parts, passage: Passage, episode: Episode, replay: Replay, witness: Witness) -> None:
    """Make the calls of the episode again, before the eyes of a witness.

    Raises:
        SnapshotDiverged: one returns something else than it did.
        HistoryDamaged: a segment is missing, or not as it was written.
    """
    await _make(replay, passage, passage.lead, None)
    await replay.live.thread.run(witness.begin, replay.returned if passage.lead else None)
    async for calls in calls_of(parts, episode):
        await _make(replay, passage, calls, witness)
        if witness.complete:
            return


async def _make(replay: Replay, passage: Passage, calls: Sequence[Made], witness: Witness | None) -> None:
    size = max(1, len(calls))
    if passage.drawn:
        calls, size = [each for each in calls if each.recorded.kind != Kind.RENDER], _DRAWN_AT_ONCE
    for begin in range(0, len(calls), size):
        some = calls[begin : begin + size]
        again = replay.make([each.recorded for each in some], None if witness is None else _seen_by(witness, some))
        check_same(difference_in(some, await replay.live.thread.run_in_turns(again)))
        if witness is not None and witness.complete:
            return


def _seen_by(witness: Witness, calls: Sequence[Made]) -> Callable[[Any], bool]:
    made = iter(calls)

    def see(returned: Any) -> bool:
        witness.add(next(made), returned)
        return witness.complete

    return see


def place_of(stored: tuple[int, int]) -> Place:
    """A place as an episode has it."""
    revision, k = stored
    return Place(revision, None if k < 0 else k)
