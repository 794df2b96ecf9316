import base64
import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from shared.errors import ReplyTooLarge
from shared.mcp import told as module
from shared.mcp.told import telling, told_frames

TELL = telling(1 << 20)
FRAME = np.random.default_rng(1).integers(0, 256, (40, 50, 3), dtype=np.uint8)


def pixels(picture: str) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(picture))))


def test_a_frame_becomes_a_picture_and_the_text_says_which() -> None:
    reply = TELL({"observation": {"image": FRAME, "mission": "go"}, "info": {}})
    assert reply.value == {
        "observation": {"image": "picture 1 of this reply, 50 by 40 pixels", "mission": "go"},
        "info": {},
    }
    assert np.array_equal(pixels(reply.pictures[0]), FRAME)


def test_frames_of_many_steps_become_pictures_in_their_order() -> None:
    reply = TELL({"observations": np.stack([FRAME, 255 - FRAME])})
    assert [each[:9] for each in reply.value["observations"]] == ["picture 1", "picture 2"]
    assert np.array_equal(pixels(reply.pictures[1]), 255 - FRAME)


@pytest.mark.parametrize(
    "array",
    [FRAME[:7, :7], FRAME.astype(np.int64), FRAME[..., :2], FRAME[..., 0], np.zeros(4, np.uint8)],
    ids=["a board in symbols", "other numbers", "two channels", "one channel", "a row"],
)
def test_what_is_no_frame_is_told_as_numbers(array: NDArray[np.generic]) -> None:
    assert TELL({"observation": array}) == ({"observation": array.tolist()}, ())


def test_a_reply_is_refused_over_its_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ReplyTooLarge, match="The text of the reply would take"):
        TELL({"observation": "x" * module.MOST_TEXT_BYTES})
    monkeypatch.setattr(module, "MOST_PICTURE_BYTES", 5000)
    with pytest.raises(ReplyTooLarge, match="The pictures of the reply would take"):
        TELL({"observation": FRAME})
    with pytest.raises(ReplyTooLarge, match="pictures"):
        told_frames({"render_mode": "rgb_array", "encoding": "base64", "data": ["A" * 9000]})


def test_pictures_of_a_list_of_a_vector_are_flat() -> None:
    rendered = {"render_mode": "rgb_array_list", "encoding": "base64", "data": [["AAAA"], ["BBBB", "CCCC"]]}
    assert told_frames(rendered).pictures == ("AAAA", "BBBB", "CCCC")
