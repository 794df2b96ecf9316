"""A value is had again from bytes as it was, in every form."""

from typing import Any

import numpy as np
import pytest
from gymnasium.spaces import GraphInstance

from shared.errors import NotEncodable
from shared.wire.detached import detached, pack, unpack
from shared.wire.values import JSON, JSON_BASE64, MSGPACK, Form, encode

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


def test_a_value_that_contains_itself_is_refused() -> None:
    cycle: list[Any] = []
    cycle.append(cycle)
    with pytest.raises(NotEncodable):
        pack(cycle)
