"""The episodes of a log, by what its segments tell of them: no call is read but those in the tail."""

from bisect import bisect_left
from collections.abc import AsyncIterator
from typing import NamedTuple

from shared.errors import EpisodeNotFound, InvalidValue
from shared.session.history.parts import Part, Parts
from shared.session.history.place import Place
from shared.session.record.episodes import Episode, episodes_in
from shared.session.record.tally import Tally

MOST_EPISODES = 1000
"""The most episodes of one page."""

_AT_ONCE = 64
"""Segments that are read at a time, beside one another where the store is far."""


class Page(NamedTuple):
    """Some episodes of one environment, in their order."""

    episodes: list[Episode]
    next: int | None
    """The number that the next page begins behind; None on the last."""


async def episodes_of(parts: Parts, env: int, after: int, limit: int) -> Page:
    """At most `limit` episodes of one environment, whose numbers are above `after`.

    Raises:
        InvalidValue: the instance has no such environment.
        HistoryDamaged: a segment is missing, or not as it was written.
    """
    _check_env(parts, env)
    found: list[Episode] = []
    async for episode in _episodes(parts, env, after):
        if len(found) == limit:
            return Page(found, found[-1].number)
        found.append(episode)
    return Page(found, None)


async def episode_of(parts: Parts, env: int, number: int) -> Episode:
    """The episode of this number.

    Raises:
        EpisodeNotFound: there is none.
        InvalidValue, HistoryDamaged: as for `episodes_of`.
    """
    page = await episodes_of(parts, env, number - 1, 1)
    if not page.episodes or page.episodes[0].number != number:
        raise EpisodeNotFound(f"The instance's log has no episode {number}; episodes/ lists those that it has.")
    return page.episodes[0]


async def episode_at(parts: Parts, env: int, place: Place) -> Episode | None:
    """The last episode that began at a place or before; None if none had.

    Raises:
        InvalidValue, HistoryDamaged: as for `episodes_of`.
    """
    _check_env(parts, env)
    revisions = await parts.revisions()
    begin = bisect_left(revisions, place.revision)
    parts_behind = [*await parts.segments(revisions[begin : begin + 1]), parts.tail]
    number = Tally.of(parts_behind[0].header).courses[env].number
    found = None
    async for episode in _episodes(parts, env, number - 1):
        if episode.first > place.order:
            break
        found = episode
        if episode.last >= place.order:
            break
    return found


def _check_env(parts: Parts, env: int) -> None:
    count = parts.tail.header.recipe.num_envs
    if env >= (count or 1):
        what = "is no vector" if count is None else f"has {count} environments"
        raise InvalidValue(
            f"env is {env}, and the instance {what}; send 0 to {(count or 1) - 1}, or leave it out."
        )


async def _episodes(parts: Parts, env: int, after: int) -> AsyncIterator[Episode]:
    """The environment's episodes above a number. An orphaned segment tells some that the next one tells again."""
    reached = after
    revisions = await parts.revisions()
    for begin in range(await _first(parts, revisions, env, after), len(revisions), _AT_ONCE):
        for part in await parts.segments(revisions[begin : begin + _AT_ONCE]):
            for episode in episodes_in(part.log):
                if episode.env == env and episode.number > reached:
                    reached = episode.number
                    yield episode
    for episode in await parts.beside(parts.tail, _in_tail, parts.tail):
        if episode.env == env and episode.number > reached:
            reached = episode.number
            yield episode


async def _first(parts: Parts, revisions: list[int], env: int, after: int) -> int:
    """The index of the first segment in which an episode above the number may have ended."""
    least, most = 0, len(revisions)
    while most - least > _AT_ONCE:
        middle = (least + most) // 2
        [part] = await parts.segments([revisions[middle]])
        if Tally.of(part.header).courses[env].number <= after:
            least = middle
        else:
            most = middle
    return least


def _in_tail(tail: Part) -> list[Episode]:
    """The episodes that ended behind the last segment, and those that go on."""
    tally = Tally.of(tail.header)
    ended = tally.through(tail.header)
    return ended + (tally.running() if tail.log.on and tail.log.tally else [])
