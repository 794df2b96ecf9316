"""Frames to a film, in a process of its own: `python -m shared.films.encoder FORMAT FPS WIDTH`.

Frames come on the standard input, each after its height, width and channels, and the film goes to the standard
output. MP4 is H.264 in fragments, so that it can be watched while it grows; PyAV, the extra `video`, writes it.
Pillow writes WebP, which is known only once all of it is.
"""

import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

HEAD = struct.Struct("<III")
"""Height, width and channels of a frame; its bytes follow."""

_MOST_CPU_S = 300
_MOST_BYTES = 2 * 1024**3
_CHUNK = 1 << 20


def main() -> None:
    """Encode the standard input."""
    _limit()
    form, fps, width = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    write = {"mp4": write_mp4, "webp": write_webp}[form]
    write(_frames(sys.stdin.buffer), sys.stdout.buffer, fps, width)


def write_mp4(frames: Iterator[NDArray[np.uint8]], target: BinaryIO, fps: int, width: int) -> None:
    """Write the frames as fragmented H.264. `width` is the greatest; its pixels are as many each way, and even."""
    import av  # 0.1 s, and an extra

    first = next(frames)
    options = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    with av.open(target, "w", format="mp4", options=options) as film:
        stream: Any = film.add_stream("libx264", rate=fps, options={"preset": "veryfast", "tune": "animation"})
        stream.height, stream.width = (max(2, side // 2 * 2) for side in _size(first, width))
        stream.pix_fmt, stream.gop_size, stream.thread_count = "yuv420p", fps, 1
        for frame in chain([first], frames):
            picture = av.VideoFrame.from_ndarray(_rgb(frame), format="rgb24")
            film.mux(stream.encode(picture.reformat(stream.width, stream.height, "yuv420p")))
        film.mux(stream.encode(None))


def write_webp(frames: Iterator[NDArray[np.uint8]], target: BinaryIO, fps: int, width: int) -> None:
    """Write the frames as an animated WebP."""
    from PIL import Image

    def pictures() -> Iterator[Image.Image]:
        for frame in frames:
            height, wide = _size(frame, width)
            yield Image.fromarray(_rgb(frame)).resize((wide, height), Image.Resampling.BILINEAR)

    first, *rest = pictures()
    first.save(
        target, "WEBP", save_all=True, append_images=rest, duration=round(1000 / fps), loop=0, quality=75, method=0
    )


def _size(frame: NDArray[np.uint8], width: int) -> tuple[int, int]:
    """Height and width of the film's pictures; they are never enlarged."""
    height, wide = frame.shape[:2]
    return (height, wide) if wide <= width else (max(1, round(height * width / wide)), width)


def _rgb(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    colours = frame[..., None] if frame.ndim == 2 else frame
    colours = colours[..., :1].repeat(3, -1) if colours.shape[2] < 3 else colours[..., :3]
    return np.ascontiguousarray(colours)


def _frames(source: BinaryIO) -> Iterator[NDArray[np.uint8]]:
    while len(head := source.read(HEAD.size)) == HEAD.size:
        shape = HEAD.unpack(head)
        data = source.read(shape[0] * shape[1] * shape[2])
        yield np.frombuffer(data, np.uint8).reshape(shape)


def _limit() -> None:
    with suppress(ImportError):  # Windows has none
        import resource

        for kind, most in ((resource.RLIMIT_CPU, _MOST_CPU_S), (resource.RLIMIT_DATA, _MOST_BYTES)):
            with suppress(ValueError):  # it is lower already
                resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    main()
