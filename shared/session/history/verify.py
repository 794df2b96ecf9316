"""Verifying a log: all of it made again from its first keyframe, and every result compared."""

import time
from collections.abc import Generator, Sequence
from typing import NamedTuple

from shared.session.history.parts import Part, Parts
from shared.session.history.replay import Difference, Replay, difference_in, start_of
from shared.session.history.route import NO_TAG, made
from shared.session.live.environment import LiveEnvironment
from shared.session.record.entries import Kind, Recorded
from shared.session.stored.header import UNREPLAYABLE_US
from shared.session.stored.snapshots import Loaded

_AT_ONCE = 32
"""Parts that are made again in one go: handing each to a thread would take as long as its calls."""

_TAIL = -1
"""Stands for the tail among the revisions of segments."""


class Verified(NamedTuple):
    """What a replay of a log came to."""

    calls: int
    """How many returned what the log says."""
    difference: Difference | None
    next: int | None
    """The revision to go on from, where there was no time for all of it."""


class _Made(NamedTuple):
    calls: int
    difference: Difference | None


async def chain_of(parts: Parts, begin: int | None) -> list[int]:
    """The revisions of the segments in their chain, first to last, and then a sign for the tail.

    It is walked from its end, and each segment has to be the one that the next names. With `begin`, it begins at
    the last keyframe up to that revision.

    Raises:
        HistoryDamaged: a segment is missing, altered, or another one.
    """
    chain, part = [_TAIL], parts.tail
    while part.log.previous:
        part = await parts.before(part)
        chain.append(part.header.revision)
        if begin is not None and part.body and part.header.revision <= begin:
            break
    return chain[::-1]


async def first_of(parts: Parts, chain: Sequence[int]) -> Loaded:
    """What the log's calls began with."""
    first = await _part(parts, chain[0])
    return start_of(Loaded(first.header, first.body, NO_TAG))


async def verified(
    parts: Parts, chain: Sequence[int], live: LiveEnvironment, start: Loaded, ends: float
) -> Verified:
    """Make the calls of the chain again on a copy; after the monotonic time `ends` it stops at a keyframe.

    Raises:
        HistoryDamaged: a segment is missing, or not as it was written.
    """
    replay, calls, waiting = await live.thread.run(Replay, live, start), 0, list[Part]()
    for revision in chain[1:]:
        part = await _part(parts, revision)
        waiting.append(part)
        # No call has made the state behind a restore, or behind a time without recording.
        breaks = revision != _TAIL and part.log.replay_us >= UNREPLAYABLE_US
        may_end = revision != _TAIL and part.body and time.monotonic() > ends
        if not (breaks or may_end or revision == _TAIL or len(waiting) >= _AT_ONCE):
            continue
        again = await live.thread.run_in_turns(_made_again(replay, waiting))
        calls += again.calls
        if again.difference is not None:
            return Verified(calls, again.difference, None)
        if may_end:
            return Verified(calls, None, revision)
        if breaks:
            start = start_of(Loaded(part.header, part.body, NO_TAG))
            replay = await live.thread.run(Replay, live, start)
        waiting = []
    return Verified(calls, None, None)


async def _part(parts: Parts, revision: int) -> Part:
    return parts.tail if revision == _TAIL else await parts.segment(revision)


def _made_again(replay: Replay, parts: Sequence[Part]) -> Generator[None, None, _Made]:
    done = 0
    for part in parts:
        calls = _calls_of(part)
        otherwise = yield from replay.make(calls)
        if otherwise is not None:
            places = [each for revision, entry in part.entries() for each in made(revision, entry)]
            return _Made(done + otherwise.number, difference_in(places, otherwise))
        done += len(calls)
    return _Made(done, None)


def _calls_of(part: Part) -> list[Recorded]:
    """The calls of a part that can be made again: a restore, which is the last, cannot."""
    calls = [call for _, entry in part.entries() for call in entry.calls]
    return calls[:-1] if calls and calls[-1].kind == Kind.RESTORE else calls
