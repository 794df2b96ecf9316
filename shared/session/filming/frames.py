"""Pictures of recorded episodes, drawn when somebody asks for them."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NamedTuple

import msgspec

from shared.errors import CallTooLong, NotCreatable, NotRenderable, ResetNeeded, SnapshotCorrupt
from shared.frames import Thumbnail
from shared.session.explore.scratch import Scratch
from shared.session.filming.drawing import MODE, Drawing, See, drawn
from shared.session.filming.strips import Frame, Strips
from shared.session.history.episodes import episode_at, episodes_of
from shared.session.history.parts import Parts
from shared.session.history.passage import passage_to, place_of, walk
from shared.session.history.place import Place
from shared.session.history.replay import Replay
from shared.session.history.route import checked
from shared.session.lifecycle.shares import Shares
from shared.session.live.environment import LiveEnvironment
from shared.session.record.episodes import Episode
from shared.session.session import Session
from shared.session.stored.header import Header
from shared.session.stored.reference import Reference

MOST_FRAMES = 300
"""The most frames of one reply."""

_MOST_BYTES = 4_000_000
_MOST_S = 5.0
"""After so long no further episode is begun."""

_AHEAD_S = 0.5
"""For so long, frames behind those that were asked for are drawn too: they are asked for next."""

_AT_ONCE = 2
_BEHIND_ALL = 1 << 62


class Run(NamedTuple):
    """Some frames in their order."""

    frames: list[Frame]
    next: Place | None
    """The place of the first that is left; None if there is none."""


class Frames:
    """Draws the recorded episodes of one session's instances."""

    def __init__(self, session: Session, parts_of: Callable[[Reference], Awaitable[Parts]]) -> None:
        self._segments = session.segments
        self._limit = session.limit
        self.parts_of = parts_of
        self._scratch = Scratch(session.thread_for_copy)
        self._shares = Shares(_AT_ONCE)
        self._strips = Strips()

    async def close(self) -> None:
        """Close every copy, and remove the pictures."""
        self._strips.clear()
        await self._scratch.close()

    async def frame(
        self, reference: Reference, env: int, place: Place, tell: Callable[[str, Any], Any]
    ) -> tuple[Header, Any]:
        """The frame at a place, of which `tell` makes a reply with its render mode; and the instance's header.

        Raises:
            RevisionNotFound: the log has no such place.
            ResetNeeded: it stands before the first episode.
            NotRenderable: the environment has no pictures.
            SnapshotDiverged: drawing changes it.
            InvalidValue, InstanceNotFound, NotRecorded, HistoryDamaged: as for `History.episodes`.
        """
        parts = await self.parts_of(reference)
        target = await checked(parts, place)
        episode = await _episode_at(parts, env, target)
        last: list[Any] = []

        def see(step: int, at: Place, frame: Any) -> bool:
            last[:] = [frame]
            return False

        episode = msgspec.structs.replace(episode, last=min(episode.last, target.order))
        await self.draw(parts, episode, lambda _: self._in_time(see))
        return parts.tail.header, await asyncio.to_thread(tell, MODE, last[0])

    async def run(
        self, reference: Reference, env: int, first: Place, last: Place | None, thumbnail: Thumbnail
    ) -> tuple[Header, Run]:
        """The small frames from one place to another; at most `MOST_FRAMES`.

        Raises:
            GymHTTPError: as for `frame` at the first place.
        """
        parts = await self.parts_of(reference)
        begin = await checked(parts, first)
        end = (parts.tail.last, _BEHIND_ALL) if last is None else (await checked(parts, last)).order
        episode = await _episode_at(parts, env, begin)
        run, size, ends = list[Frame](), 0, time.monotonic() + _MOST_S
        async for each in _from(parts, episode):
            if run and each.first > end:
                break
            if run and time.monotonic() > ends:
                return parts.tail.header, Run(run, place_of(each.first))
            for frame in await self._strip(parts, each, thumbnail, begin.order, end):
                if frame.place.order <= begin.order:
                    run, size = [frame], frame.size  # what is seen at the first place
                elif frame.place.order <= end:
                    if len(run) == MOST_FRAMES or size + frame.size > _MOST_BYTES:
                        return parts.tail.header, Run(run, frame.place)
                    run.append(frame)
                    size += frame.size
        return parts.tail.header, Run(run, None)

    async def _strip(
        self, parts: Parts, episode: Episode, thumbnail: Thumbnail, begin: tuple[int, int], end: tuple[int, int]
    ) -> list[Frame]:
        """The episode's frames, from its first up to those that are wanted, or further."""
        header = parts.tail.header
        assert header.log is not None
        key = (header.reference, header.log.birth, episode.env, episode.number, thumbnail)
        known, strip = self._strips.of(key), list[Frame]()
        if known and _suffices(known, episode, begin, end):
            return known
        enough_at: list[float] = []

        def see(step: int, place: Place, frame: Any) -> bool:
            drawn_before = step < len(known)
            strip.append(known[step] if drawn_before else Frame(place, episode.number, step, thumbnail(frame)))
            if not enough_at and _suffices(strip, episode, begin, end):
                enough_at.append(time.monotonic())
            return bool(enough_at) and time.monotonic() > enough_at[0] + _AHEAD_S

        await self.draw(parts, episode, lambda _: self._in_time(see))
        self._strips.add(key, strip)
        return strip

    def _in_time(self, see: See) -> See:
        """The same, as long as a call may take."""
        seconds = self._limit.seconds()
        ends = time.monotonic() + seconds

        def look(step: int, place: Place, frame: Any) -> bool:
            if time.monotonic() > ends:
                raise CallTooLong(
                    f"Drawing the episode up to step {step} took over {seconds:g} s (GYM_HTTP_MAX_CALL_SECONDS); "
                    "ask for an earlier place, or for a film."
                )
            return see(step, place, frame)

        return look

    async def draw(self, parts: Parts, episode: Episode, look: Callable[[LiveEnvironment], See]) -> None:
        """Draw an episode; `look` gives what sees its frames, on the thread of the copy that is drawn.

        Raises:
            NotRenderable, EnvironmentRaised: it cannot be drawn.
            SnapshotDiverged: drawing changes it.
        """
        passage = drawn(await passage_to(parts, self._segments, episode))
        owner = parts.tail.header.owner
        try:
            async with self._shares.turn(owner), self._scratch.copy(passage.start) as live:
                replay = await live.thread.run(Replay, live, passage.start)
                await walk(parts, passage, episode, replay, Drawing(live, episode, look(live)))
        except (NotCreatable, SnapshotCorrupt) as error:
            raise NotRenderable(
                f"The recorded environment cannot be drawn ({error.detail.rstrip('.')}); record one that has the "
                f"render mode {MODE}."
            ) from error


async def _from(parts: Parts, episode: Episode) -> AsyncIterator[Episode]:
    """The episode, and those of the same environment behind it."""
    after: int | None = episode.number - 1
    while after is not None:
        page = await episodes_of(parts, episode.env, after, MOST_FRAMES)
        for each in page.episodes:
            yield each
        after = page.next


async def _episode_at(parts: Parts, env: int, place: Place) -> Episode:
    episode = await episode_at(parts, env, place)
    if episode is None:
        raise ResetNeeded(
            f"There is no picture at {place}, which stands before the first reset; ask for a later one."
        )
    return episode


def _suffices(strip: list[Frame], episode: Episode, begin: tuple[int, int], end: tuple[int, int]) -> bool:
    """Whether a strip has all of the episode's frames that one reply can take."""
    reached = strip[-1].place.order
    if reached >= min(end, episode.last):
        return True
    return len(strip) > MOST_FRAMES and strip[-MOST_FRAMES - 1].place.order > begin
