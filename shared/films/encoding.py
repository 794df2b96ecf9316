"""A film that is being encoded: frames go into a child process, and the film comes out as far as it is there."""

import asyncio
import importlib.util
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, Literal

import numpy as np

from shared.errors import NotInstalled, NotRenderable
from shared.films.encoder import HEAD
from shared.variables import child_environment

Format = Literal["mp4", "webp"]

MEDIA_TYPES: dict[str, str] = {"mp4": "video/mp4", "webp": "image/webp"}

_CHUNK = 1 << 16


def default_format() -> Format:
    """MP4, where what writes it is installed."""
    return "mp4" if _has_pyav() else "webp"


def check_installed(form: Format) -> None:
    """Check that films of this format can be made here.

    Raises:
        NotInstalled: what writes it is not installed.
    """
    if form == "mp4" and not _has_pyav():
        raise NotInstalled(
            "PyAV is not installed here, which writes films in MP4; install the extra video, or ask for "
            "?format=webp."
        )


def _has_pyav() -> bool:
    return importlib.util.find_spec("av") is not None


class Encoding:
    """One film. Frames are put in from a thread; the film is read on the event loop."""

    def __init__(self, form: Format, fps: int, width: int) -> None:
        """Start the process. `width` is the greatest of the film's pictures."""
        # It is to import what this process can, wherever that lies.
        path = os.pathsep.join(filter(None, sys.path))
        self._child = subprocess.Popen(
            [sys.executable, "-m", "shared.films.encoder", form, str(fps), str(width)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=child_environment(PYTHONPATH=path),
        )

    def put(self, frame: Any) -> None:
        """Put in the next frame: uint8 of shape (height, width) or (height, width, channels).

        Raises:
            NotRenderable: the encoder has ended, since it takes no such frame, or this is too long a film.
        """
        array = np.ascontiguousarray(frame)
        pipe = self._child.stdin
        assert pipe is not None
        try:
            pipe.write(HEAD.pack(*array.shape[:2], array.shape[2] if array.ndim == 3 else 1))
            pipe.write(array.data)
        except (BrokenPipeError, ValueError) as error:
            raise _ended() from error

    def end(self) -> None:
        """Say that there are no more frames."""
        assert self._child.stdin is not None
        with suppress(BrokenPipeError):
            self._child.stdin.close()

    async def parts(self) -> AsyncIterator[bytes]:
        """The film, part by part, until its end.

        Raises:
            NotRenderable: the encoder has ended otherwise.
        """
        pipe = self._child.stdout
        assert pipe is not None
        while part := await asyncio.to_thread(pipe.read1, _CHUNK):  # type: ignore[attr-defined]
            yield part
        if await asyncio.to_thread(self._child.wait):
            raise _ended()

    def close(self) -> None:
        """End the process, whatever it is at."""
        self._child.kill()
        for pipe in (self._child.stdin, self._child.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):
                pipe.close()
        self._child.wait()


def _ended() -> NotRenderable:
    return NotRenderable(
        "The film could not be encoded; ask for a shorter part by ?from= and ?to=, or a smaller one."
    )
