"""Following many instances at once: what has changed of each, with its picture, and the newest alone.

Whoever takes the sights slowly misses some between, and never falls behind.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import NamedTuple

from shared.errors import GymHTTPError, InstanceNotFound, SnapshotUnusable, StoreFailed
from shared.frames import Picture
from shared.session.monitor.renderer import AT_ONCE, SHARE, Encode, Renderer
from shared.session.monitor.stream import FRAME_S, Burst
from shared.session.session import Session
from shared.session.stored.header import Header
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Loaded

# How many instances a second are asked about: a store that is near takes some 10 µs, another costs money.
_NEAR_ASKS, _FAR_ASKS = 2_000, 50
_FAR_POLL_S = 0.5
_ASKED_AT_ONCE = 20
_PARTS_S = AT_ONCE / 200
"""Between so many parts as are drawn at once."""

_BEAT_S = 5.0


class FeedItem(NamedTuple):
    """What is to be seen of one instance."""

    instance_id: str
    header: Header | None = None
    """None: the instance is gone, or cannot be read."""
    picture: Picture | None = None
    trouble: str | None = None
    """Why there is no picture of an instance that should have one."""


async def follow(
    session: Session,
    renderer: Renderer,
    references: Iterable[Reference],
    known: Mapping[str, int],
    encode: Encode | None,
) -> AsyncIterator[FeedItem | None]:
    """Every instance that is not at the revision known, and again whenever one has changed.

    None every five seconds where nothing changes. Without `encode` nothing is drawn. What is gone is told of once.
    Ends when the store fails.

    Raises:
        StoreFailed: the store does not answer now.
    """
    wall = _Wall(session, renderer, references, known)
    await wall.ask()
    return _followed(wall, encode)


async def _followed(wall: "_Wall", encode: Encode | None) -> AsyncIterator[FeedItem | None]:
    told = asked = time.monotonic()
    while True:
        now = time.monotonic()
        if now - asked >= wall.pause:
            try:
                await wall.ask()
            except StoreFailed:
                return
            asked = now
        sights: Sequence[FeedItem | None] = await wall.next_few(encode)
        if not sights and now - told > _BEAT_S:
            sights = [None]
        for sight in sights:
            yield sight
            told = now
        await asyncio.sleep(_PARTS_S if wall.waiting else max(_PARTS_S, asked + wall.pause - time.monotonic()))


async def glance(
    session: Session,
    renderer: Renderer,
    references: Iterable[Reference],
    known: Mapping[str, int],
    encode: Encode | None,
    burst: Burst,
    *,
    share: float = SHARE,
) -> list[FeedItem]:
    """The instances that are not at the revisions known, those drawn longest ago first, as the burst allows.

    The first is told in any case. `share` is how much of the process's time drawing may take.

    Raises:
        StoreFailed: the store does not answer.
    """
    wall = _Wall(session, renderer, references, known, share)
    await wall.ask()
    wall.sort(encode)
    ends, room, sights = time.monotonic() + burst.seconds, burst.size, list[FeedItem]()
    while wall.waiting and (not sights or time.monotonic() < ends):
        for sight in await wall.next_few(encode):
            room -= 1_000 + (len(sight.picture.content) if sight.picture else 0)
            if sights and room < 0:
                return sights
            sights.append(sight)
    return sights


class _Wall:
    """Instances side by side: what was last read of each, and which have yet to be told of."""

    def __init__(
        self,
        session: Session,
        renderer: Renderer,
        references: Iterable[Reference],
        known: Mapping[str, int],
        share: float = SHARE,
    ) -> None:
        self._session = session
        self._renderer = renderer
        self._seen: dict[Reference, Loaded | None] = dict.fromkeys(references)
        self._known = known
        self._share = share
        self._changed: dict[Reference, FeedItem] = {}

    @property
    def pause(self) -> float:
        """Seconds between two rounds of asking."""
        near = not self._session.snapshots.objects.blocking
        least, asks = (FRAME_S, _NEAR_ASKS) if near else (_FAR_POLL_S, _FAR_ASKS)
        return max(least, len(self._seen) / asks)

    @property
    def waiting(self) -> bool:
        """Whether there is one to be told of."""
        return bool(self._changed)

    async def ask(self) -> None:
        """Ask about every instance, so many at once."""
        references = [*self._seen]
        for at in range(0, len(references), _ASKED_AT_ONCE):
            await asyncio.gather(*map(self._ask, references[at : at + _ASKED_AT_ONCE]))
            await asyncio.sleep(0)

    def sort(self, encode: Encode | None) -> None:
        """Tell first of those that are gone, then of those that were drawn, or else written to, longest ago."""

        def age(item: tuple[Reference, FeedItem]) -> tuple[float, float]:
            header, drawn = item[1].header, self._renderer.frames.newest(item[0], encode)
            return (
                0.0 if header is None or drawn is None else drawn.drawn,
                0.0 if header is None else header.used,
            )

        self._changed = dict(sorted(self._changed.items(), key=age))

    async def next_few(self, encode: Encode | None) -> list[FeedItem]:
        """Those that have waited longest, as many as are drawn at once."""
        return await asyncio.gather(*(self._next(each, encode) for each in [*self._changed][:AT_ONCE]))

    async def _next(self, reference: Reference, encode: Encode | None) -> FeedItem:
        """The instance drawn as it is now."""
        sight = self._changed.pop(reference)
        loaded = self._seen.get(reference)
        if loaded is None or encode is None or loaded.header.recipe.render_mode in (None, "human"):
            return sight
        try:
            picture = await self._renderer.picture(loaded, encode, share=self._share)
        except GymHTTPError as error:
            return sight._replace(trouble=error.detail)
        return sight._replace(header=loaded.header, picture=picture)

    async def _ask(self, reference: Reference) -> None:
        before = self._seen[reference]
        try:
            if before is None:
                newest: Loaded | None = await self._session.snapshots.load(reference)
            else:
                newest = await self._session.newer(before, ask=True)
        except InstanceNotFound:
            self._leave(reference, FeedItem(reference.instance_id))
        except SnapshotUnusable as error:
            self._leave(reference, FeedItem(reference.instance_id, trouble=error.detail))
        else:
            if newest is None:
                return
            self._seen[reference] = newest
            if newest.header.revision != self._known.get(reference.instance_id):
                self._changed[reference] = FeedItem(reference.instance_id, newest.header)

    def _leave(self, reference: Reference, last: FeedItem) -> None:
        del self._seen[reference]
        self._changed[reference] = last
