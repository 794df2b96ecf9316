"""Two results have one digest only if every type, dtype, shape and bit is the same."""

import math
from collections import OrderedDict
from itertools import combinations
from typing import Any

import gymnasium
import numpy as np
import pytest

from shared.snapshot.contract.digest import digest, digest_after

DIFFERENT: list[Any] = [
    None,
    0,
    False,
    0.0,
    -0.0,
    "0",
    b"0",
    math.nan,
    [],
    (),
    {},
    OrderedDict(),
    [0],
    [[0]],
    [0, 0],
    {"a": 0},
    {0: "a"},
    {1},
    frozenset({1}),
    np.float32(0),
    np.float64(0),
    np.zeros(1),
    np.zeros((1, 1)),
    np.zeros(1, np.float32),
    np.zeros(1, ">f8"),
    np.array([-0.0]),
    1j,
]


def test_values_that_differ_in_anything_have_different_digests() -> None:
    for one, other in combinations(DIFFERENT, 2):
        assert digest(one) != digest(other), (one, other)


@pytest.mark.parametrize("value", DIFFERENT)
def test_a_value_has_the_digest_of_its_copy(value: Any) -> None:
    kind: Any = type(value)
    copy = value.copy() if hasattr(value, "copy") else kind(value) if value is not None else None
    assert digest([copy]) == digest([value])


def test_a_digest_is_what_snapshots_hold_that_were_written_before() -> None:
    value = [None, True, 7, 1.5, math.nan, "é", b"\x00", {"r": -0.0, "l": (2,)}, np.float32(0.5), np.arange(3)]
    assert digest(value) == "f8fbbb767ef97808666dd7b2cf7a5c97"


@pytest.mark.parametrize(
    "dtype", [np.longdouble, np.clongdouble, np.dtype([("a", np.int8), ("b", np.float64)], align=True)]
)
def test_what_was_in_memory_between_values_is_no_part_of_them(dtype: Any) -> None:
    one, other = (np.frombuffer(fill * 4 * np.dtype(dtype).itemsize, dtype).copy() for fill in (b"\0", b"\xff"))
    fields = np.dtype(dtype).names or ()
    for array in (one, other):
        if fields:
            array["a"], array["b"] = 1, 0.5
        else:
            array[:] = np.longdouble(1) / 3
    assert digest(one) == digest(other)
    assert digest(one[0]) == digest(other[0])
    if fields:
        other["b"][2] = 0.25
    else:
        other[2] = np.nextafter(other[2].real, np.longdouble(1))
    assert digest(one) != digest(other)


def test_a_masked_value_is_another_than_the_same_unmasked() -> None:
    assert digest(np.ma.array([1.0], mask=[True])) != digest(np.ma.array([1.0], mask=[False]))
    assert digest(np.ma.array([1.0], mask=[True])) == digest(np.ma.array([1.0], mask=[True]))


def test_an_array_of_objects_has_the_digest_of_an_equal_one() -> None:
    text = "".join(["a", "b"])
    assert digest(np.array([text, text, {"c": 1}], object)) == digest(
        np.array(["ab", "a" + "b", {"c": 1}], object)
    )


def test_the_order_of_a_set_is_no_part_of_it_and_that_of_a_dictionary_is() -> None:
    assert digest({8, 0, 16}) == digest({16, 8, 0})
    assert digest({"a": 1, "b": 2}) != digest({"b": 2, "a": 1})


def test_an_array_has_its_elements_digest_however_it_lies_in_memory() -> None:
    array = np.arange(6.0).reshape(2, 3)
    assert digest(array) == digest(np.asfortranarray(array)) == digest(np.repeat(array, 2, 0)[::2])


def test_the_seconds_of_an_episode_are_left_out() -> None:
    """RecordEpisodeStatistics reports the wall clock, which no two runs share."""
    assert digest({"r": 1.0, "l": 9, "t": 0.1}) == digest({"r": 1.0, "l": 9, "t": 0.2})
    assert digest({"r": 1.0, "l": 9, "t": 0.1}) != digest({"r": 1.0, "l": 8, "t": 0.1})
    assert digest({"t": 0.1}) != digest({"t": 0.2})


def test_the_digest_after_a_call_is_of_the_generators_too() -> None:
    one, other = (gymnasium.make("CartPole-v1") for _ in range(2))
    for env in (one, other):
        env.reset(seed=1)
        env.action_space.seed(1)
        env.observation_space.seed(1)
    assert digest_after(one, 0) == digest_after(other, 0)
    other.action_space.sample()
    assert digest_after(one, 0) != digest_after(other, 0)
