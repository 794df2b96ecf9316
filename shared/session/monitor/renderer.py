"""Drawing instances from copies: many of them, in a bounded share of the process's time.

A copy is restored from the stored bytes, so that watching changes nothing, takes no lock that a step would wait
for, and shows what any process did to the instance. Copies are kept between pictures, since what is carried by
replaying its calls then replays only the newest.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import gymnasium

from shared.errors import EnvironmentRaised, GymHTTPError
from shared.frames import Picture
from shared.session.live.cache import closed
from shared.session.live.placement import Thread
from shared.session.live.restore import continue_from, rebuilt
from shared.session.monitor.frame_cache import FrameCache
from shared.session.stored.header import Header
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Loaded
from shared.snapshot.contract.calls import Render

PictureT = TypeVar("PictureT")
Encode = Callable[[Any], Picture | None]
"""What makes a picture of what `render` returned; hashable, and equal ones make equal pictures."""

SHARE = 0.25
"""Of the process's time, how much drawing may take: a quarter one by one, a third at once. Steps come first."""

AT_ONCE = 4
"""How many pictures are drawn at once: each waits for the event loop several times, which steps keep busy."""

_LONGEST_REST_S = 2.0
_MOST_COPIES = 64
_IDLE_S = 60.0


class Copy(Generic[PictureT]):
    """A second environment that stands in for an instance, on a thread of its own mechanism's."""

    def __init__(self, thread: Thread) -> None:
        self.thread = thread
        self.kind: object = None
        """Equal for instances that the copy can stand in for."""
        self.seconds = 0.0
        """How long the last picture kept the processor; on a busy machine it took longer."""
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
        """Close the copy where it lives."""
        if self._subject is not None:
            await closed(self.thread, self._subject)


class Renderer:
    """The copies that a process keeps for drawing, a few pictures at once, whoever asks."""

    def __init__(self, thread_for_copy: Callable[[Header], Thread]) -> None:
        self._thread_for_copy = thread_for_copy
        self._copies: OrderedDict[Reference, Copy[Any]] = OrderedDict()
        self._turns = asyncio.Semaphore(AT_ONCE)
        self.frames = FrameCache()
        self._rested = 0.0
        """When the next picture may be drawn."""
        self._idle: asyncio.TimerHandle | None = None
        self._closing: asyncio.Future[None] | None = None

    async def picture(self, loaded: Loaded, encode: Encode, *, share: float = SHARE) -> Picture | None:
        """The same as `draw`, and drawn once however often it is asked for within a while."""
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
            EnvironmentRaised: the environment's own `render` did.
            GymHTTPError: it cannot be restored here, or `encode` refused its picture.
        """
        async with self._turns:
            await self._rest()
            copy = await self._copy(loaded)
            try:
                return await copy.picture(loaded, encode)
            except Exception as error:  # an environment is foreign code: what it raises is to be seen
                # What failed may have left the copy halfway, which by now may stand in for another.
                self._copies = OrderedDict(item for item in self._copies.items() if item[1] is not copy)
                await copy.close()
                raise error if isinstance(error, GymHTTPError) else EnvironmentRaised(error) from error
            finally:
                self._worked(copy.seconds, share)

    async def close(self) -> None:
        """Close every copy, and keep no pictures."""
        if self._idle is not None:
            self._idle.cancel()
        self.frames.clear()
        while self._copies:
            _, copy = self._copies.popitem()
            await copy.close()

    async def _copy(self, loaded: Loaded) -> Copy[Any]:
        """The instance's copy; where there are too many, one that stood in for another of the same kind."""
        reference, kind = loaded.header.reference, (loaded.header.mechanism, loaded.header.recipe)
        copy = self._copies.pop(reference, None)
        if copy is None and len(self._copies) >= _MOST_COPIES:
            free = next((each for each, copy in self._copies.items() if copy.kind == kind), None)
            copy = self._copies.pop(free) if free else None
            if copy is None:
                await self._copies.popitem(last=False)[1].close()
        if copy is None or copy.thread.lost:
            copy = Copy(self._thread_for_copy(loaded.header))
            copy.kind = kind
        self._copies[reference] = copy
        return copy

    async def _rest(self) -> None:
        await asyncio.sleep(max(0.0, self._rested - time.monotonic()))

    def _worked(self, seconds: float, share: float) -> None:
        """Nothing is drawn again until what it took is its share of the time."""
        rest = min(seconds * (1 / share - 1), _LONGEST_REST_S)
        self._rested = max(self._rested, time.monotonic()) + rest
        if self._idle is not None:
            self._idle.cancel()
        loop = asyncio.get_running_loop()
        self._idle = loop.call_later(_IDLE_S, self._begin_closing)

    def _begin_closing(self) -> None:
        self._closing = asyncio.ensure_future(self.close())
