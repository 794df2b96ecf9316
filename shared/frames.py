"""What `render` returns, as PNG, JPEG or text."""

import base64
import io
import math
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from shared.errors import NotRenderable

PICTURES = ("rgb_array", "rgb_array_list", "ansi")
"""The render modes that give something to send; `depth_array` and others of an environment's own do not."""

_LONGEST_TEXT = 4_000
_MOST_IN_ONE = 16
_CHANNELS = ((2,), (3,), (4,))


class Picture(NamedTuple):
    """A small picture, for a monitor of many instances."""

    content_type: str
    """`image/jpeg`, or `text/plain` for mode ansi."""
    content: bytes


class Thumbnail(msgspec.Struct, frozen=True):
    """Makes a small picture of what `render` returned. Equal thumbnails make equal pictures."""

    width: int
    """The greatest width in pixels. Pictures are never enlarged."""
    max_pixels: int

    def __call__(self, picture: Any) -> Picture | None:
        """The picture as JPEG, or the first 4,000 characters of a text.

        Up to 16 pictures of a vector environment are set side by side. Of a list of frames, the last is taken.
        None if there is no frame.

        Raises:
            NotRenderable: it is not a frame, or has more pixels than allowed.
        """
        if isinstance(picture, tuple) and all(isinstance(each, str) for each in picture):
            picture = "\n\n".join(picture)
        if isinstance(picture, str):
            return Picture("text/plain", picture[:_LONGEST_TEXT].encode())
        if isinstance(picture, list):
            picture = picture[-1] if picture else None
        if picture is None:
            return None
        frames = picture if isinstance(picture, tuple) else (picture,)
        frame = _side_by_side([_checked_frame(frame, self.max_pixels) for frame in frames[:_MOST_IN_ONE]])
        return Picture("image/jpeg", _encoded(frame, frame.size, "JPEG", self.width, quality=75))


def as_png(frame: Any, max_pixels: int) -> bytes:
    """A frame as PNG. A frame is uint8 of shape (height, width) or (height, width, channels), 2 to 4 channels.

    Raises:
        NotRenderable: it is not a frame, or has more pixels than allowed.
    """
    # The default level 6 takes four times as long, for a tenth fewer bytes on such drawings.
    return _encoded(frame, max_pixels, "PNG", compress_level=1)


def as_jpeg(frame: Any, max_pixels: int, quality: int = 80) -> bytes:
    """A frame as JPEG, without transparency.

    Raises:
        NotRenderable: it is not a frame, or has more pixels than allowed.
    """
    return _encoded(frame, max_pixels, "JPEG", quality=quality)


def rendered(picture: Any, render_mode: str, max_pixels: int) -> dict[str, Any]:
    """A picture for JSON: base64 of a PNG, a list of these, or a text.

    The tuple of a vector environment becomes the list of its sub-environments' pictures.

    Raises:
        NotRenderable: it does not fit the render mode, or has more pixels than allowed.
    """
    content_type, encoding = ("text/plain", "utf-8") if render_mode == "ansi" else ("image/png", "base64")
    if isinstance(picture, tuple):
        data = [_data(each, render_mode, max_pixels) for each in picture]
    else:
        data = _data(picture, render_mode, max_pixels)
    return {"render_mode": render_mode, "content_type": content_type, "encoding": encoding, "data": data}


def checked(picture: Any, render_mode: str, max_pixels: int) -> Any:
    """The picture unchanged, for a client that takes arrays.

    Raises:
        NotRenderable: it does not fit the render mode, or has more pixels than allowed.
    """
    for each in picture if isinstance(picture, tuple) else (picture,):
        if render_mode == "ansi":
            _check_text(each)
        else:
            for frame in (each or ()) if render_mode == "rgb_array_list" else (each,):
                _checked_frame(frame, max_pixels)
    return picture


def _data(picture: Any, render_mode: str, max_pixels: int) -> Any:
    if render_mode == "rgb_array_list":
        return [_base64_png(frame, max_pixels) for frame in picture or ()]
    if render_mode != "ansi":
        return _base64_png(picture, max_pixels)
    _check_text(picture)
    return picture


def _check_text(picture: Any) -> None:
    if not isinstance(picture, str):
        raise NotRenderable(f"The environment's picture in mode ansi is {type(picture).__name__}, not text.")


def _base64_png(frame: Any, max_pixels: int) -> str:
    return base64.b64encode(as_png(frame, max_pixels)).decode("ascii")


def _encoded(frame: Any, max_pixels: int, kind: str, width: int | None = None, **options: Any) -> bytes:
    from PIL import Image  # 80 ms, and a step needs none of it

    array = _checked_frame(frame, max_pixels)
    if array.shape[2:] not in ((), *_CHANNELS):
        raise NotRenderable(
            f"The environment's frame has {array.shape[2]} channels; a picture has 2, 3 or 4, or no axis."
        )
    image = Image.fromarray(np.ascontiguousarray(array))
    if kind == "JPEG" and image.mode in ("LA", "RGBA"):
        image = image.convert(image.mode.removesuffix("A"))
    if width is not None:
        image.thumbnail((width, 2 * width), Image.Resampling.BILINEAR, reducing_gap=1.5)
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def _side_by_side(frames: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Frames of one shape, set in the rows of a square. If the shapes differ, the first frame."""
    if len(frames) == 1 or len({frame.shape for frame in frames}) > 1:
        return frames[0]
    columns = math.ceil(math.sqrt(len(frames)))
    missing = [np.zeros_like(frames[0])] * (-len(frames) % columns)
    filled = [*frames, *missing]
    rows = [np.concatenate(filled[at : at + columns], axis=1) for at in range(0, len(filled), columns)]
    return np.concatenate(rows)


def _checked_frame(frame: Any, max_pixels: int) -> NDArray[np.uint8]:
    array = np.asarray(frame)
    if array.dtype != np.uint8 or array.ndim not in (2, 3) or array.size == 0:
        raise NotRenderable(f"The environment's frame is {array.dtype} of shape {array.shape}, not a picture.")
    if array.shape[0] * array.shape[1] > max_pixels:
        raise NotRenderable(
            f"The frame of {array.shape[1]} x {array.shape[0]} pixels is over the limit of {max_pixels} "
            "(GYM_HTTP_MAX_FRAME_PIXELS)."
        )
    return array
