"""What `render` returns, as PNG, JPEG or text."""

import base64
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.errors import NotRenderable


def as_png(frame: Any, max_pixels: int) -> bytes:
    """A lossless picture of a frame: uint8, shape (height, width, 3), (height, width, 4) or (height, width).

    Raises:
        NotRenderable: it is no such array, or has more pixels than are allowed.
    """
    # Level 1: the default 6 takes four times as long for a tenth fewer bytes on drawings such as these.
    return _encoded(frame, max_pixels, "PNG", compress_level=1)


def as_jpeg(frame: Any, max_pixels: int, quality: int = 80) -> bytes:
    """A small picture of a frame, for watching.

    Raises:
        NotRenderable: it is no such array, or has more pixels than are allowed.
    """
    return _encoded(frame, max_pixels, "JPEG", quality=quality)


def rendered(picture: Any, render_mode: str, max_pixels: int) -> dict[str, Any]:
    """A picture as JSON can hold it: base64 of PNG, a list of these, or the text itself.

    A tuple, which is what a vector environment gives, becomes the list of its environments' pictures.

    Raises:
        NotRenderable: the environment gave something else than its render mode says.
    """
    content_type, encoding = ("text/plain", "utf-8") if render_mode == "ansi" else ("image/png", "base64")
    if isinstance(picture, tuple):
        data = [_data(each, render_mode, max_pixels) for each in picture]
    else:
        data = _data(picture, render_mode, max_pixels)
    return {"render_mode": render_mode, "content_type": content_type, "encoding": encoding, "data": data}


def checked(picture: Any, render_mode: str, max_pixels: int) -> Any:
    """The picture as the environment gave it, for a client that takes arrays.

    Raises:
        NotRenderable: it is something else than its render mode says, or has more pixels than are allowed.
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


def _encoded(frame: Any, max_pixels: int, kind: str, **options: Any) -> bytes:
    from PIL import Image  # 80 ms, of which a step needs nothing

    image = Image.fromarray(np.ascontiguousarray(_checked_frame(frame, max_pixels)))
    if kind == "JPEG" and image.mode == "RGBA":
        image = image.convert("RGB")
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


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
