"""Rendering many instances from copies, in a bounded share of the process's time.

A copy is restored from the stored snapshot. So watching changes nothing, takes no lock that a step would wait
for, and shows what any process did to the instance. Copies are kept between pictures: where a snapshot is
replayed, only its newest calls are then replayed.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import gymnasium

from shared.errors import EnvironmentRaised, GymHTTPError
from shared.frames import Picture
from shared.session.live.placement import Thread
from shared.session.live.restore import closed, continue_from, rebuilt
from shared.session.monitor.frame_cache import FrameCache
from shared.session.monitor.freed_memory import give_back_freed_memory
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Loaded
from shared.snapshot.contract.calls import Render

PictureT = TypeVar("PictureT")
Encode = Callable[[Any], Picture | None]
"""Encodes what `render` returned. Hashable; equal encoders make equal pictures."""

SHARE = 0.25
"""The share of the process's time that drawing may take. Pictures drawn at once take a third in practice."""

AT_ONCE = 4
"""Pictures drawn at once. Each waits for the event loop several times, which steps keep busy."""

_LONGEST_PAUSE_S = 2.0
_MOST_COPIES = 64
_IDLE_S = 60.0

_GIVE_BACK_EVERY_S = 15.0
"""How often freed memory goes back to the system while pictures are drawn. The C library kept 200 MB of it."""


class Copy(Generic[PictureT]):
    """A second environment in an instance's state, on the thread that its mechanism requires."""

    def __init__(self, thread: Thread) -> None:
        self.thread = thread
        self.kind: object = None
        """Equal for instances whose states the copy can take."""
        self.seconds = 0.0
        """CPU time of the last picture. On a busy machine it took longer by the clock."""
        self._subject: Any = None

    async def picture(self, loaded: Loaded, encode: Callable[[Any], PictureT]) -> PictureT | None:
        """The encoded picture of a snapshot; None before the first reset."""
        return await self.thread.run(self._picture, loaded, encode)

    def _picture(self, loaded: Loaded, encode: Callable[[Any], PictureT]) -> PictureT | None:
        began = time.thread_time()
        try:
            if self._subject is None:
                self._subject = rebuilt(loaded)
            else:
                continue_from(self._subject, loaded)
            return encode(self._subject.apply(Render()))
        except gymnasium.error.ResetNeeded:
            return None
        finally:
            self.seconds = time.thread_time() - began

    async def close(self) -> None:
        """Close the copy on its thread."""
        if self._subject is not None:
            await closed(self.thread, self._subject)


class Renderer:
    """Renders a few instances at once, and keeps the copies and the pictures."""

    def __init__(self, thread_for_copy: Callable[[Loaded], Thread]) -> None:
        self._thread_for_copy = thread_for_copy
        self._copies: OrderedDict[Reference, Copy[Any]] = OrderedDict()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self.frames = FrameCache()
        self._resumes_at = 0.0
        """Monotonic time at which the next picture may be drawn."""
        self._gives_back_at = time.monotonic() + _GIVE_BACK_EVERY_S
        self._idle: asyncio.TimerHandle | None = None
        self._tidying: asyncio.Future[None] | None = None

    async def picture(self, loaded: Loaded, encode: Encode, *, share: float = SHARE) -> Picture | None:
        """The picture of a snapshot as `draw` makes it, from the cache if it is there."""
        kept = self.frames.of(loaded.header, encode)
        if kept is not None:
            return kept.picture
        picture = await self.draw(loaded, encode, share=share)
        self.frames.add(loaded.header, encode, picture)
        return picture

    async def draw(
        self, loaded: Loaded, encode: Callable[[Any], PictureT], *, share: float = SHARE
    ) -> PictureT | None:
        """The encoded picture of a snapshot; None before the first reset.

        Raises:
            EnvironmentRaised: the environment's `render` raised.
            GymHTTPError: the snapshot cannot be restored here, or `encode` refused its picture.
        """
        async with self._slots:
            await self._pause()
            copy = await self._copy(loaded)
            try:
                return await copy.picture(loaded, encode)
            except Exception as error:  # foreign code raises anything
                # The copy may be half changed, and may by now serve another instance.
                self._copies = OrderedDict(item for item in self._copies.items() if item[1] is not copy)
                await copy.close()
                raise error if isinstance(error, GymHTTPError) else EnvironmentRaised(error) from error
            finally:
                self._schedule_pause(copy.seconds, share)
                self._give_back()

    async def close(self) -> None:
        """Close every copy and remove the pictures."""
        if self._idle is not None:
            self._idle.cancel()
        self.frames.clear()
        while self._copies:
            _, copy = self._copies.popitem()
            await copy.close()

    async def _copy(self, loaded: Loaded) -> Copy[Any]:
        """The instance's copy. If there are too many, one of the same kind is taken from another instance."""
        thread = self._thread_for_copy(loaded)  # refuses a snapshot that other versions wrote meanwhile
        reference, kind = loaded.header.reference, (loaded.header.mechanism, loaded.header.recipe)
        copy = self._copies.pop(reference, None)
        if copy is None and len(self._copies) >= _MOST_COPIES:
            free = next((each for each, copy in self._copies.items() if copy.kind == kind), None)
            copy = self._copies.pop(free) if free else None
            if copy is None:
                await self._copies.popitem(last=False)[1].close()
        if copy is None or copy.thread.lost:
            copy = Copy(thread)
            copy.kind = kind
        self._copies[reference] = copy
        return copy

    async def _pause(self) -> None:
        await asyncio.sleep(max(0.0, self._resumes_at - time.monotonic()))

    def _schedule_pause(self, seconds: float, share: float) -> None:
        """Put off the next picture until the last one's CPU time is `share` of the time passed."""
        pause = min(seconds * (1 / share - 1), _LONGEST_PAUSE_S)
        self._resumes_at = max(self._resumes_at, time.monotonic()) + pause
        if self._idle is not None:
            self._idle.cancel()
        loop = asyncio.get_running_loop()
        self._idle = loop.call_later(_IDLE_S, self._begin_closing)

    def _give_back(self) -> None:
        now = time.monotonic()
        if now >= self._gives_back_at:
            self._gives_back_at = now + _GIVE_BACK_EVERY_S
            self._tidying = asyncio.ensure_future(asyncio.to_thread(give_back_freed_memory))

    def _begin_closing(self) -> None:
        self._tidying = asyncio.ensure_future(self._close_for_long())

    async def _close_for_long(self) -> None:
        await self.close()
        await asyncio.to_thread(give_back_freed_memory)
