"""Following many instances at once: what changed of each, with its picture, and only the newest of it.

A reader that is slow misses changes in between and never falls behind.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import NamedTuple

from shared.errors import GymHTTPError, InstanceNotFound, SnapshotUnusable, StoreFailed
from shared.frames import Picture
from shared.session.monitor.burst import Burst
from shared.session.monitor.renderer import AT_ONCE, SHARE, Encode, Renderer
from shared.session.monitor.stream import FRAME_S
from shared.session.session import Session
from shared.session.stored.header import Header
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Loaded

# Instances asked about per second. Asking a near store takes some 10 µs; asking any other costs money.
_NEAR_ASKS, _FAR_ASKS = 2_000, 50
_FAR_POLL_S = 0.5
_ASKED_AT_ONCE = 20
_ROUND_S = AT_ONCE / 200
"""Seconds between two rounds of drawing."""

_HEARTBEAT_S = 5.0
_METADATA_BYTES = 1_000
"""Counted against a burst's size for each item, besides its picture."""


class FeedItem(NamedTuple):
    """What can be seen of one instance."""

    instance_id: str
    header: Header | None = None
    """None: the instance is gone, or cannot be read."""
    picture: Picture | None = None
    trouble: str | None = None
    """Why an instance that should have a picture has none."""


class Feed:
    """The changes of several instances."""

    def __init__(
        self,
        session: Session,
        renderer: Renderer,
        references: Iterable[Reference],
        known: Mapping[str, int],
        encode: Encode | None,
        *,
        share: float = SHARE,
    ) -> None:
        """Prepare to report every instance that is not at its revision in `known`.

        Without `encode` nothing is drawn. `share` is the part of the process's time that drawing may take.
        """
        self._session = session
        self._renderer = renderer
        self._known = known
        self._encode = encode
        self._share = share
        self._seen: dict[Reference, Loaded | None] = dict.fromkeys(references)
        """What was last read of each instance that is not gone."""
        self._changed: dict[Reference, FeedItem] = {}
        """Changes that have not been reported yet, in order."""

    async def follow(self) -> AsyncIterator[FeedItem | None]:
        """Every instance that is not at its known revision, and again whenever one has changed.

        None after five seconds without a change. An instance that is gone is reported once. The feed ends when the
        store fails.

        Raises:
            StoreFailed: the store does not answer now.
        """
        await self._ask_all()
        return self._changes()

    async def glance(self, burst: Burst) -> list[FeedItem]:
        """The instances that are not at their known revisions, as many as the burst allows and at least one.

        Those that were drawn longest ago come first.

        Raises:
            StoreFailed: the store does not answer.
        """
        await self._ask_all()
        self._sort()
        ends, room, items = time.monotonic() + burst.seconds, burst.size, list[FeedItem]()
        while self._changed and (not items or time.monotonic() < ends):
            for item in await self._next_round():
                room -= _METADATA_BYTES + (len(item.picture.content) if item.picture else 0)
                if items and room < 0:
                    return items
                items.append(item)
        return items

    async def _changes(self) -> AsyncIterator[FeedItem | None]:
        reported = asked = time.monotonic()
        while True:
            now = time.monotonic()
            if now - asked >= self._pause_s:
                try:
                    await self._ask_all()
                except StoreFailed:
                    return
                asked = now
            items: Sequence[FeedItem | None] = await self._next_round()
            if not items and now - reported > _HEARTBEAT_S:
                items = [None]
            for item in items:
                yield item
                reported = now
            until_asking = asked + self._pause_s - time.monotonic()
            await asyncio.sleep(_ROUND_S if self._changed else max(_ROUND_S, until_asking))

    @property
    def _pause_s(self) -> float:
        """Seconds from one round of asking to the next."""
        near = not self._session.snapshots.objects.capabilities.remote
        least, asks = (FRAME_S, _NEAR_ASKS) if near else (_FAR_POLL_S, _FAR_ASKS)
        return max(least, len(self._seen) / asks)

    async def _ask_all(self) -> None:
        """Ask the store about every instance, a few at a time."""
        references = [*self._seen]
        for at in range(0, len(references), _ASKED_AT_ONCE):
            await asyncio.gather(*map(self._ask, references[at : at + _ASKED_AT_ONCE]))
            await asyncio.sleep(0)

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

    def _sort(self) -> None:
        """Put instances that are gone first, then those drawn, or else written to, longest ago."""

        def age(changed: tuple[Reference, FeedItem]) -> tuple[float, float]:
            header, drawn = changed[1].header, self._renderer.frames.newest(changed[0], self._encode)
            return (
                0.0 if header is None or drawn is None else drawn.drawn,
                0.0 if header is None else header.used,
            )

        self._changed = dict(sorted(self._changed.items(), key=age))

    async def _next_round(self) -> list[FeedItem]:
        """Those that have waited longest, as many as are drawn at once."""
        return await asyncio.gather(*map(self._next, [*self._changed][:AT_ONCE]))

    async def _next(self, reference: Reference) -> FeedItem:
        """The instance, drawn as it is now."""
        item = self._changed.pop(reference)
        loaded = self._seen.get(reference)
        if loaded is None or self._encode is None or loaded.header.recipe.render_mode in (None, "human"):
            return item
        try:
            picture = await self._renderer.picture(loaded, self._encode, share=self._share)
        except GymHTTPError as error:
            return item._replace(trouble=error.detail)
        return item._replace(header=loaded.header, picture=picture)
