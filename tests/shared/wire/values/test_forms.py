import datetime
import enum
import json
import math
from collections import OrderedDict, deque
from types import MappingProxyType
from typing import Any

import gymnasium
import msgspec
import numpy as np
import pytest
from gymnasium.spaces import GraphInstance
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import NotEncodable
from shared.wire.values.forms import JSON, JSON_BASE64, MSGPACK, Form, encode


class Colour(enum.Enum):
    RED = np.int64(1)


class Level(enum.IntEnum):
    HIGH = 3


class Name(str, enum.Enum):  # noqa: UP042  StrEnum and this one are encoded by different bases
    A = "a"


class Tensor:
    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.array([1.5], np.float32)


class Opaque:
    def __str__(self) -> str:
        return "an object"


def test_cartpoles_observation_is_exactly() -> None:
    observation, info = gymnasium.make("CartPole-v1").reset(seed=42)
    assert msgspec.json.encode(encode({"observation": observation, "info": info})) == (
        b'{"observation":[0.02739560417830944,-0.006112155970185995,0.03585979342460632,0.019736802205443382],"info":{}}'
    )


def test_blackjacks_observation_is_a_list_of_integers() -> None:
    observation, _ = gymnasium.make("Blackjack-v1").reset(seed=1)
    assert msgspec.json.encode(encode(observation)) == b"[20,7,0]"


def test_frozen_lakes_step_is_exactly() -> None:
    env = gymnasium.make("FrozenLake-v1", is_slippery=False)
    env.reset(seed=0)
    observation, _, terminated, truncated, info = env.step(1)
    assert msgspec.json.encode(encode((observation, terminated, truncated, info))) == (
        b'[4,false,false,{"prob":1.0}]'
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (np.True_, "true"),
        (np.float32(0.1), "0.10000000149011612"),
        (np.float16(0.1), "0.0999755859375"),
        (np.longdouble(0.5), "0.5"),
        (2**53 + 1, "9007199254740993"),
        (np.uint64(2**64 - 1), "18446744073709551615"),
        (2**64, '"18446744073709551616"'),
        (-(2**63) - 1, '"-9223372036854775809"'),
        (math.inf, '"Infinity"'),
        (np.float32(-math.inf), '"-Infinity"'),
        ({"a": [math.nan]}, '{"a":["NaN"]}'),
        (np.ma.array([1.5, 2.5, math.inf], mask=[False, True, False]), '[1.5,null,"Infinity"]'),
        (np.ma.array([[1, 2]], mask=False), "[[1,2]]"),
        (np.ma.masked, "null"),
        (np.array([1, 2], np.longdouble) / 4, "[0.25,0.5]"),
        (np.array(2.5), "2.5"),
        (np.array([True, False]), "[true,false]"),
        (np.array([[1, 2]], np.uint8), "[[1,2]]"),
        (np.array(["a", "b"]), '["a","b"]'),
        (np.array([1, None, np.float32(0.5)], object), "[1,null,0.5]"),
        (np.array(["2020-01-01T00:00:00.000000001"], "M8[ns]"), '["2020-01-01T00:00:00.000000001"]'),
        (np.datetime64("2020-01-01"), '"2020-01-01"'),
        (np.timedelta64(5, "s"), '"5 seconds"'),
        (np.str_("a"), '"a"'),
        ((1, (2, 3)), "[1,[2,3]]"),
        (deque([1, 2]), "[1,2]"),
        (range(3), "[0,1,2]"),
        ({3, 1, 2}, "[1,2,3]"),
        (frozenset({"b", 1}), '["b",1]'),
        ({1: 2, None: 3, ("a", 1): 4, np.int64(5): 6}, '{"1":2,"None":3,"(\'a\', 1)":4,"5":6}'),
        (OrderedDict(b=1, a=2), '{"b":1,"a":2}'),
        (MappingProxyType({"a": 1}), '{"a":1}'),
        (b"\0\1", '"AAE="'),
        (bytearray(b"\0\1"), '"AAE="'),
        (Colour.RED, "1"),
        (Level.HIGH, "3"),
        (Name.A, '"a"'),
        (datetime.date(2020, 1, 2), '"2020-01-02"'),
        (1 + 2j, '"(1+2j)"'),
        (np.clongdouble(1), '"(1+0j)"'),
        (Tensor(), "[1.5]"),
        (Opaque(), '"an object"'),
        ("a\ud800b", '"a?b"'),
        ("ä", '"ä"'),
        (GraphInstance(np.array([1]), None, None), '{"nodes":[1],"edges":null,"edge_links":null}'),
        ((np.int64(1), "x"), '[1,"x"]'),
    ],
)
def test_a_value_in_json_is(value: Any, text: str) -> None:
    assert msgspec.json.encode(encode(value)).decode() == text


def test_an_array_is_typed_where_the_form_says_so() -> None:
    value = {"a": [np.array([[1.0]], np.float32)], "b": b"\1", "c": np.float32(0.5)}
    described = {"dtype": "float32", "shape": [1, 1]}
    assert encode(value, MSGPACK) == {
        "a": [{**described, "data": b"\0\0\x80?"}],
        "b": b"\1",
        "c": 0.5,
    }
    assert encode(value, JSON_BASE64) == {"a": [{**described, "data": "AACAPw=="}], "b": "AQ==", "c": 0.5}


def test_a_typed_array_keeps_its_non_finite_bits() -> None:
    assert encode(np.array([math.inf], np.float16), MSGPACK)["data"] == b"\0\x7c"


@pytest.mark.parametrize("form", [JSON, JSON_BASE64, MSGPACK])
def test_text_arrays_are_lists_in_every_form(form: Form) -> None:
    assert encode(np.array([["a"]]), form) == [["a"]]


def cycle_in_a_list() -> Any:
    value: list[Any] = []
    value.append(value)
    return value


def cycle_in_a_dict() -> Any:
    value: dict[str, Any] = {}
    value["self"] = (value,)
    return value


def cycle_in_an_array() -> Any:
    value = np.empty((), object)
    value[()] = value
    return value


@pytest.mark.parametrize("cycle", [cycle_in_a_list, cycle_in_a_dict, cycle_in_an_array])
@pytest.mark.parametrize("form", [JSON, MSGPACK])
def test_a_value_that_contains_itself_is_refused(cycle: Any, form: Form) -> None:
    with pytest.raises(NotEncodable, match="nested deeper than 64"):
        encode(cycle(), form)


def test_sixty_four_containers_are_not_too_deep() -> None:
    value: Any = 1
    for _ in range(64):
        value = [value]
    assert encode(value) == value


_infos = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.complex_numbers(),
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text() | st.integers(), inner)
        | st.lists(inner).map(lambda items: np.fromiter(items, object, len(items)))
    ),
    max_leaves=10,
)


@given(_infos)
def test_whatever_an_info_holds_can_be_sent(info: Any) -> None:
    json.dumps(encode(info), allow_nan=False)
    msgspec.json.encode(encode(info))
    msgspec.msgpack.encode(encode(info, MSGPACK))
