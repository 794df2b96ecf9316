"""Every type comes back as it was: values, types, dtypes, shapes, order."""

import math
from collections import OrderedDict, deque
from enum import Enum
from typing import Any

import gymnasium_http.transport.exact
import numpy as np
import pytest
from gymnasium.spaces import GraphInstance
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.codec.exact import DEEPEST, decode, encode
from shared.errors import NotEncodable
from tests.shared.codec.pinned import EXACT, PINNED
from tests.shared.wire.strategies import any_space


class Colour(Enum):
    RED = "red"


def equal(first: Any, second: Any) -> bool:
    """Equality that tells types, dtypes, signs of zero and the order of keys apart, and takes NaN for itself."""
    first = dict(first) if isinstance(first, OrderedDict) else first
    if type(first) is not type(second):
        return False
    if isinstance(first, np.ndarray):
        if first.dtype == object:
            return first.shape == second.shape and equal(first.ravel().tolist(), second.ravel().tolist())
        return (first.dtype, first.shape, first.tobytes()) == (second.dtype, second.shape, second.tobytes())
    if isinstance(first, np.generic):
        return (first.dtype, first.tobytes()) == (second.dtype, second.tobytes())
    if isinstance(first, dict):
        return equal(list(first.items()), list(second.items()))
    if isinstance(first, list | tuple):
        return len(first) == len(second) and all(map(equal, first, second))
    return repr(first) == repr(second)


VALUES = [
    None,
    True,
    -(2**63),
    2**64 - 1,
    2**200,
    math.nan,
    -math.inf,
    -0.0,
    3 - 0.5j,
    "Grüße",
    "\ud800",
    b"\xff",
    (1, (2.0, [3])),
    {1: "int", "1": "str", (2, 3): None},
    {"\ud800": 1},
    OrderedDict(b=1, a=2),
    {3, 1},
    frozenset({"x"}),
    np.float32(0.1),
    np.float64("nan"),
    np.int8(-7),
    np.bool(True),
    np.str_("text"),
    np.datetime64("2026-01-31T12:00:00.5", "ns"),
    np.array(5, np.int16),
    np.zeros((0, 3), np.float16),
    np.array([1.5, np.nan], ">f8"),
    np.array([["a", "bcd"]]),
    np.array(["NaT", "2026-01-31"], "datetime64[D]"),
    np.array([None, {"x": np.float32(1)}, np.zeros(2)], object),
    np.array([[1, 2], [3, 4], None], object),
    np.array(None, object),
    GraphInstance(np.eye(2, dtype=np.float32), None, None),
]


@pytest.mark.parametrize("value", VALUES, ids=[f"{type(value).__name__}-{i}" for i, value in enumerate(VALUES)])
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    assert equal(value, decode(encode(value)))
    nested = {"deep": [value, (value,)]}
    assert equal(nested, decode(encode(nested)))


@settings(deadline=None)  # a space is made in each example, which a busy machine takes long for
@given(st.data())
def test_members_of_every_space_come_back_as_they_were(data: st.DataObject) -> None:
    space = data.draw(any_space)
    space.seed(data.draw(st.integers(0, 1000)))
    member = space.sample()
    assert equal(decode(encode(member)), member)


def test_what_is_none_of_these_comes_back_as_the_nearest() -> None:
    assert decode(encode(deque([1, 2]))) == [1, 2]
    assert decode(encode(Colour.RED)) == "red"
    assert decode(encode(bytearray(b"x"))) == b"x"
    assert decode(encode(np.array([(1, 2.0)], "i4,f8"))).tolist() == [(1, 2.0)]
    assert decode(encode(Colour)) == str(Colour)


def test_arrays_come_back_writable_and_apart_from_their_source() -> None:
    source = np.zeros(3)
    copy = decode(encode(source))
    copy += 1
    assert source.tolist() == [0, 0, 0]


def test_a_value_that_contains_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(NotEncodable, match="containing itself"):
        encode(loop)


def test_sixty_four_containers_are_not_too_deep() -> None:
    value: Any = 1
    for _ in range(DEEPEST):
        value = [value]
    assert decode(encode(value)) == value
    with pytest.raises(NotEncodable, match="deeper than 64"):
        encode({"a": value})


@pytest.mark.parametrize("name", EXACT)
def test_the_bytes_are_those_that_clients_in_use_read(name: str) -> None:
    assert encode(EXACT[name]).hex() == PINNED["exact"][name]


@pytest.mark.parametrize("name", EXACT)
def test_the_python_client_reads_what_the_server_reads(name: str) -> None:
    """It keeps a decoder of its own, as it is installed without the server."""
    sent = bytes.fromhex(PINNED["exact"][name])
    assert equal(gymnasium_http.transport.exact.unpack(sent), decode(sent))
