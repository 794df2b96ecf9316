"""Films of recorded episodes: drawn, encoded and sent at the same time, and kept once they are whole."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from typing import Any, NamedTuple

from shared.errors import InvalidValue, NotRenderable, QuotaExceeded, StoreFailed
from shared.films.encoding import Encoding, Format, check_installed
from shared.frames import checked
from shared.session.filming.drawing import MODE, See
from shared.session.filming.frames import Frames
from shared.session.history.episodes import episode_of
from shared.session.history.parts import Parts
from shared.session.history.place import Place
from shared.session.inventory.quota import Amount
from shared.session.live.environment import LiveEnvironment
from shared.session.record.episodes import Episode
from shared.session.session import Session
from shared.session.stored.header import Header
from shared.session.stored.reference import Reference

MOST_FRAMES: dict[Format, int] = {"mp4": 10_000, "webp": 600}
"""The most frames of one film. A WebP is in memory as a whole."""

_MOST_KEPT_BYTES = 1 << 25
_FPS = 30
"""Where the environment does not say."""

_END = b""


class Shot(NamedTuple):
    """How an episode is filmed."""

    format: Format
    env: int = 0
    begin: int = 0
    """The step of the first frame."""
    end: int | None = None
    """The step of the last; None for all."""
    fps: int | None = None
    """By default as the environment's metadata say."""
    width: int = 1280
    max_pixels: int = 1 << 24
    """The most of a frame as it is drawn."""

    def check(self, episode: Episode) -> int:
        """The step of the last frame, if there are that many.

        Raises:
            InvalidValue: the episode has no such steps, or they are too many.
        """
        end = episode.steps if self.end is None else self.end
        if not self.begin <= end <= episode.steps:
            raise InvalidValue(
                f"from is {self.begin} and to is {end}; send two of 0 to {episode.steps} in their order, or leave "
                "them out.",
                steps=episode.steps,
            )
        most = MOST_FRAMES[self.format]
        if end - self.begin >= most:
            raise InvalidValue(
                f"The film would have {end - self.begin + 1} frames, and {most} is the most of {self.format}; ask "
                f"for a part of it, such as ?from={self.begin}&to={self.begin + most - 1}.",
                limit=most,
            )
        return end


class Films:
    """Makes and keeps the films of one store."""

    def __init__(self, frames: Frames, session: Session) -> None:
        self._frames = frames
        self._beside = session.segments.beside
        self._quota = session.quota

    async def film(self, reference: Reference, number: int, shot: Shot) -> tuple[Header, AsyncGenerator[bytes]]:
        """The film of an episode, as far as it is there at a time, and the instance's header.

        Its first part is there when this returns: what cannot be filmed is refused before. The rest may fail.

        Raises:
            EpisodeNotFound: the log has no episode of this number.
            NotInstalled: films of this format cannot be made here.
            InvalidValue: the film would be too long, or the episode has no such steps.
            NotRenderable, SnapshotDiverged: it cannot be drawn.
        """
        parts = await self._frames.parts_of(reference)
        episode = await episode_of(parts, shot.env, number)
        end = shot.check(episode)
        header = parts.tail.header
        assert header.log is not None
        name = f"{shot.env}-{number}-{shot.begin}-{end}-{shot.fps or 0}-{shot.width}.{shot.format}"
        kept = await self._beside.film(header.reference, header.log.birth, name)
        if kept is not None:
            return header, _whole(kept)
        check_installed(shot.format)
        stream = self._made(parts, episode, end, shot, name)
        first = await anext(stream)
        return header, _behind(first, stream)

    async def _made(
        self, parts: Parts, episode: Episode, end: int, shot: Shot, name: str
    ) -> AsyncGenerator[bytes]:
        reel, film = _Reel(shot, end), list[bytes]()
        drawing = asyncio.ensure_future(self._drawn(parts, episode, reel))
        try:
            await reel.begun(drawing)
            async for part in reel.parts():
                if not film and drawing.done():
                    drawing.result()
                film.append(part)
                yield part
            await drawing
            if episode.end is not None:
                await self._keep(parts.tail.header, name, b"".join(film))
        except NotRenderable:
            if drawing.done():
                drawing.result()  # why the encoder had too little tells more
            raise
        finally:
            drawing.cancel()
            reel.close()
            await asyncio.wait([drawing])

    async def _keep(self, header: Header, name: str, film: bytes) -> None:
        """Keep a film, unless it is too large or the store takes no more: it was sent all the same."""
        if header.log is not None and len(film) <= _MOST_KEPT_BYTES:
            with suppress(StoreFailed, QuotaExceeded):
                async with self._quota.room(header.owner, Amount(size=len(film))):
                    await self._beside.keep_film(header.reference, header.log.birth, name, film)

    async def _drawn(self, parts: Parts, episode: Episode, reel: "_Reel") -> None:
        try:
            await self._frames.draw(parts, episode, reel.of)
        finally:
            if reel.encoding is not None:
                reel.encoding.end()


class _Reel:
    """Puts the frames of a drawing into an encoder."""

    def __init__(self, shot: Shot, end: int) -> None:
        self.encoding: Encoding | None = None
        self._shot = shot
        self._end = end
        self._closed = False
        self._loop = asyncio.get_running_loop()
        self._ready = asyncio.Event()
        self._parts: asyncio.Queue[bytes] = asyncio.Queue()
        self._emptying: asyncio.Future[None] | None = None

    def of(self, live: LiveEnvironment) -> See:
        """What sees the frames of a copy. Called on its thread."""
        fps = self._shot.fps or int(live.env.metadata.get("render_fps") or _FPS)

        def see(step: int, place: Place, frame: Any) -> bool:
            if self._closed:
                return True
            if step >= self._shot.begin:
                if self.encoding is None:
                    self.encoding = Encoding(self._shot.format, fps, self._shot.width)
                    self._loop.call_soon_threadsafe(self._ready.set)
                self.encoding.put(checked(frame, MODE, self._shot.max_pixels))
            return step >= self._end

        return see

    async def begun(self, drawing: "asyncio.Future[None]") -> None:
        """Wait for the first frame, or raise why there is none."""
        ready = asyncio.ensure_future(self._ready.wait())
        await asyncio.wait((ready, drawing), return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if self.encoding is None:
            drawing.result()
            raise NotRenderable(f"The episode has no frame after {self._shot.begin} steps; ask for earlier ones.")

    async def parts(self) -> AsyncIterator[bytes]:
        """The film, part by part.

        The encoder is emptied whether somebody takes the parts or not, so that drawing waits for no client.
        """
        self._emptying = asyncio.ensure_future(self._empty())
        while part := await self._parts.get():
            yield part
        await self._emptying

    async def _empty(self) -> None:
        assert self.encoding is not None
        try:
            async for part in self.encoding.parts():
                self._parts.put_nowait(part)
        finally:
            self._parts.put_nowait(_END)

    def close(self) -> None:
        """End the encoder; the drawing ends with its next frame."""
        self._closed = True
        if self._emptying is not None:
            self._emptying.cancel()
        if self.encoding is not None:
            self.encoding.close()


async def _whole(film: bytes) -> AsyncGenerator[bytes]:
    yield film


async def _behind(first: bytes, rest: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    try:
        yield first
        async for part in rest:
            yield part
    finally:
        await rest.aclose()
