"""Frames become PNG, JPEG, thumbnails or text, and anything else is refused before it is encoded."""

import base64
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from shared.errors import NotRenderable
from shared.frames import Thumbnail, as_jpeg, as_png, checked, rendered

FRAME = np.arange(40 * 60 * 3, dtype=np.uint8).reshape(40, 60, 3)
MOST = 40 * 60


def decoded(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize(
    "frame", [FRAME, FRAME[..., 0], np.dstack([FRAME, FRAME[..., 0]])], ids=["RGB", "L", "RGBA"]
)
def test_a_png_has_every_pixel(frame: Any) -> None:
    assert np.array_equal(np.asarray(decoded(as_png(frame, MOST))), frame)


@pytest.mark.parametrize(("channels", "mode"), [(4, "RGB"), (2, "L")])
def test_a_jpeg_has_the_frames_size_and_no_transparency(channels: int, mode: str) -> None:
    image = decoded(as_jpeg(np.zeros((40, 60, channels), np.uint8), MOST))
    assert (image.format, image.mode, image.size) == ("JPEG", mode, (60, 40))


@pytest.mark.parametrize(
    "frame",
    [
        None,
        "text",
        FRAME.astype(np.float32),
        FRAME[0, 0],
        np.zeros((2, 2, 5), np.uint8),
        np.zeros((2, 2, 1), np.uint8),
    ],
    ids=str,
)
def test_what_is_no_frame_is_refused(frame: Any) -> None:
    with pytest.raises(NotRenderable):
        as_png(frame, MOST)


def test_a_frame_with_more_pixels_than_allowed_is_refused() -> None:
    for encode in (as_png, as_jpeg):
        with pytest.raises(NotRenderable, match="GYM_HTTP_MAX_FRAME_PIXELS"):
            encode(FRAME, MOST - 1)
    with pytest.raises(NotRenderable):
        checked([FRAME], "rgb_array_list", MOST - 1)


def test_each_render_mode_has_its_form() -> None:
    png = base64.b64encode(as_png(FRAME, MOST)).decode()
    assert rendered(FRAME, "rgb_array", MOST)["data"] == png
    assert rendered([FRAME, FRAME], "rgb_array_list", MOST)["data"] == [png, png]
    assert rendered((FRAME, FRAME), "rgb_array", MOST)["data"] == [png, png]
    ansi = rendered("text", "ansi", MOST)
    assert (ansi["data"], ansi["encoding"], ansi["content_type"]) == ("text", "utf-8", "text/plain")
    with pytest.raises(NotRenderable):
        rendered(FRAME, "ansi", MOST)


def test_a_picture_is_checked_but_not_changed() -> None:
    assert checked(FRAME, "rgb_array", MOST) is FRAME
    with pytest.raises(NotRenderable):
        checked(FRAME, "ansi", MOST)


def test_a_thumbnail_is_narrowed_but_never_enlarged() -> None:
    for width, expected in ((30, (30, 20)), (1000, (60, 40))):
        picture = Thumbnail(width, MOST)(FRAME)
        assert picture is not None
        assert (decoded(picture.content).size, picture.content_type) == (expected, "image/jpeg")


def test_a_thumbnail_of_several_frames_is_the_last_or_all_side_by_side() -> None:
    last = Thumbnail(60, MOST)([FRAME[::-1], FRAME])
    assert last == Thumbnail(60, MOST)(FRAME)
    both = Thumbnail(1000, MOST)((FRAME, FRAME))
    assert both is not None
    assert decoded(both.content).size == (120, 40)


def test_a_thumbnail_of_text_is_the_text_up_to_a_length() -> None:
    assert Thumbnail(60, MOST)(("a", "b")) == ("text/plain", b"a\n\nb")
    long = Thumbnail(60, MOST)("x" * 5_000)
    assert long is not None
    assert len(long.content) == 4_000
    assert Thumbnail(60, MOST)(None) is None
    assert Thumbnail(60, MOST)([]) is None


def test_equal_thumbnails_are_one_key_of_a_cache() -> None:
    assert hash(Thumbnail(60, MOST)) == hash(Thumbnail(60, MOST))
    assert Thumbnail(60, MOST) != Thumbnail(61, MOST)
