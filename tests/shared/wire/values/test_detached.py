"""A value is had again from bytes as it was, in every form."""

import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from gymnasium.spaces import GraphInstance

from shared.codec import exact
from shared.codec.exact import DEEPEST
from shared.errors import NotEncodable
from shared.wire.values.detached import detached, pack, unpack
from shared.wire.values.forms import JSON, JSON_BASE64, MSGPACK, Form, encode

VALUES = [
    {"observation": np.array([0.1, -0.2], np.float32), "info": {}},
    {"image": np.arange(24, dtype=np.uint8).reshape(2, 3, 4), "text": "é\ud800", "none": None, "flag": np.True_},
    [np.float32(0.1), np.int8(-3), float("nan"), float("-inf"), 2**70, -(2**70), 2**63, (1, "a")],
    {"mask": np.array([True, False]), "big": np.array([1, 2], ">i4"), "long": np.array([0.5], np.longdouble)},
    {"words": np.array([np.inf, np.nan, -np.inf]), "empty": np.zeros((0, 3)), "scalar": np.array(7)},
    {"like a typed array": {"dtype": "float32", "shape": [1], "data": b"\0\0\0\0"}, 3: {1, 2}},
    GraphInstance(np.ones((2, 1), np.float32), None, None),
    {"times": np.array(["2026-01-31"], "datetime64[D]"), "objects": np.array([1, "x"], object)},
]


@pytest.mark.parametrize("form", [JSON, JSON_BASE64, MSGPACK], ids=["json", "base64", "msgpack"])
@pytest.mark.parametrize("value", VALUES)
def test_a_packed_value_is_encoded_like_the_value_itself(value: Any, form: Form) -> None:
    assert encode(unpack(pack(value)), form) == encode(value, form)
    assert encode(detached(value), form) == encode(value, form)


def test_a_detached_value_does_not_follow_its_origin() -> None:
    buffer, info = np.zeros(3), {"seen": [1]}
    then = detached([buffer, info])
    buffer[:] = 1
    info["seen"].append(2)
    assert (then[0].tolist(), then[1]) == ([0, 0, 0], {"seen": [1]})


def test_nothing_within_a_detached_dictionary_follows_its_origin() -> None:
    buffer, inner = np.zeros(3), [1]
    info: dict[Any, Any] = {"image": {"now": buffer}, "seen": inner, 3: {"again": buffer}}
    then = detached({"info": info, "text": "é\ud800"})
    buffer[:] = 1
    inner.append(2)
    info["more"] = None
    assert then["info"]["image"]["now"].tolist() == then["info"][3]["again"].tolist() == [0, 0, 0]
    assert (then["info"]["seen"], [*then["info"]], then["text"]) == ([1], ["image", "seen", 3], "é\ud800")


@pytest.mark.parametrize("container", [lambda inner: {"a": inner}, lambda inner: [inner]])
def test_what_is_detached_is_nested_as_deep_as_can_be_sent(container: Callable[[Any], Any]) -> None:
    """Otherwise a step would be made whose reply nobody can send."""
    value: Any = {"a": [np.zeros(1)]}
    for _ in range(DEEPEST - 2):
        value = container(value)
    assert encode(detached(value)) == encode(value)
    for wrapped in ({"a": value}, [value]):
        with pytest.raises(NotEncodable):
            detached(wrapped)


def test_a_value_that_contains_itself_is_refused() -> None:
    itself: dict[str, Any] = {}
    itself["itself"] = itself
    with pytest.raises(NotEncodable):
        detached(itself)
    cycle: list[Any] = []
    cycle.append(cycle)
    with pytest.raises(NotEncodable):
        pack(cycle)


@pytest.mark.parametrize("length", [0, 1, 200, 250, 260, 5000])
def test_a_packed_value_is_a_zlib_stream_of_any_length_and_a_long_one_is_compressed(length: int) -> None:
    packed = pack("x" * length)
    assert exact.decode(zlib.decompress(packed)) == unpack(packed) == "x" * length
    assert len(packed) < 280
