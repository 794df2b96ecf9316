"""What `render` returns becomes a PNG, a JPEG or text, and nothing else is taken for a picture."""

import base64
import io
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from shared.errors import NotRenderable
from shared.frames import Thumbnail, as_jpeg, as_png, checked, rendered

FRAME = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
LIMIT = 20 * 30


def decoded(content: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(content)))


@pytest.mark.parametrize("frame", [FRAME, FRAME[:, :, 0], FRAME[::-1], np.dstack([FRAME, FRAME[:, :, :1]])])
def test_a_png_is_the_frame_without_loss(frame: Any) -> None:
    assert decoded(as_png(frame, LIMIT)).tolist() == frame.tolist()


def test_a_jpeg_has_the_frames_size_and_no_alpha() -> None:
    assert decoded(as_jpeg(np.dstack([FRAME, FRAME[:, :, :1]]), LIMIT)).shape == (20, 30, 3)


@pytest.mark.parametrize("frame", [None, "text", FRAME.astype(float), FRAME[0, 0], FRAME[:0], [[1, 2]]])
def test_what_is_no_picture_is_refused(frame: Any) -> None:
    with pytest.raises(NotRenderable, match="not a picture"):
        as_png(frame, LIMIT)


def test_a_frame_over_the_limit_is_refused_with_the_settings_name() -> None:
    with pytest.raises(NotRenderable, match=r"30 x 20 pixels .*GYM_HTTP_MAX_FRAME_PIXELS"):
        as_jpeg(FRAME, LIMIT - 1)


def test_a_rendered_picture_is_base64_of_a_png() -> None:
    reply = rendered(FRAME, "rgb_array", LIMIT)
    assert (reply["content_type"], reply["encoding"]) == ("image/png", "base64")
    assert decoded(base64.b64decode(reply["data"])).tolist() == FRAME.tolist()


def test_text_is_rendered_as_it_is() -> None:
    assert rendered("+--+", "ansi", 0) == {
        "render_mode": "ansi",
        "content_type": "text/plain",
        "encoding": "utf-8",
        "data": "+--+",
    }


@pytest.mark.parametrize(("picture", "count"), [([FRAME, FRAME], 2), ([], 0), (None, 0)])
def test_a_list_of_frames_is_a_list_of_pngs(picture: Any, count: int) -> None:
    assert len(rendered(picture, "rgb_array_list", LIMIT)["data"]) == count


def test_a_vectors_pictures_are_a_list_with_one_for_each() -> None:
    assert rendered(("a", "b"), "ansi", 0)["data"] == ["a", "b"]


@pytest.mark.parametrize(
    ("picture", "mode"), [(FRAME, "ansi"), ("text", "rgb_array"), ([FRAME, 1], "rgb_array_list")]
)
def test_a_picture_of_another_mode_is_refused(picture: Any, mode: str) -> None:
    for form in (rendered, checked):
        with pytest.raises(NotRenderable):
            form(picture, mode, LIMIT)


@pytest.mark.parametrize(
    ("picture", "mode"),
    [(FRAME, "rgb_array"), ("text", "ansi"), ([FRAME], "rgb_array_list"), ((FRAME,), "rgb_array")],
)
def test_a_checked_picture_is_the_environments_own(picture: Any, mode: str) -> None:
    assert checked(picture, mode, LIMIT) is picture


def test_a_thumbnail_is_no_wider_than_asked_and_never_enlarged() -> None:
    assert decoded(Thumbnail(15, LIMIT)(FRAME).content).shape == (10, 15, 3)  # type: ignore[union-attr]
    assert decoded(Thumbnail(99, LIMIT)(FRAME).content).shape == (20, 30, 3)  # type: ignore[union-attr]


@pytest.mark.parametrize(("count", "shape"), [(1, (20, 30)), (2, (20, 60)), (3, (40, 60)), (99, (80, 120))])
def test_a_vectors_frames_stand_side_by_side_up_to_sixteen(count: int, shape: tuple[int, int]) -> None:
    picture = Thumbnail(1000, LIMIT)((FRAME,) * count)
    assert picture is not None
    assert decoded(picture.content).shape[:2] == shape


def test_of_frames_of_different_shapes_the_first_is_shown() -> None:
    picture = Thumbnail(1000, LIMIT)((FRAME, FRAME[:10]))
    assert picture is not None
    assert decoded(picture.content).shape == (20, 30, 3)


def test_a_thumbnail_of_text_is_text_of_bounded_length() -> None:
    assert Thumbnail(9, 9)("é" * 5000) == ("text/plain", "é".encode() * 4000)
    assert Thumbnail(9, 9)(("a", "b")) == ("text/plain", b"a\n\nb")


@pytest.mark.parametrize("nothing", [None, []])
def test_where_there_is_no_frame_there_is_no_thumbnail(nothing: Any) -> None:
    assert Thumbnail(9, 9)(nothing) is None


def test_of_a_list_of_frames_the_last_is_shown() -> None:
    assert Thumbnail(99, LIMIT)([FRAME[:5], FRAME]) == Thumbnail(99, LIMIT)(FRAME)
