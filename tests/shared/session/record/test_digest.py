"""A digest tells what an environment returned from anything else, but for what no replay returns again."""

import enum
from collections import OrderedDict
from typing import Any

import numpy as np
import pytest

from shared.errors import NotEncodable
from shared.session.record.digest import DIGEST_BYTES, digest_of

VALUES: list[Any] = [
    None,
    False,
    0,
    0.0,
    -0.0,
    "",
    b"",
    "0",
    10**30,
    [],
    (),
    {},
    [0],
    [[0]],
    {"a": 0},
    {"a": {"b": 0}},
    {0: "a"},
    {1, 2},
    np.float64(0),
    np.int64(0),
    np.zeros(2, np.int32),
    np.zeros(2, np.int64),
    np.zeros((2, 1), np.int32),
    np.array([0.5, 1.5], np.float32),
    np.array([0.5, 2.5], np.float32),
    np.array([None, "a"]),
    np.array([(1, 2.0)], [("a", "i4"), ("b", "f8")]),
    np.ma.masked_array([1, 2], [True, False]),
    "\ud800",
    1j,
]


class Mood(enum.Enum):
    CALM = 1


class Opaque:
    pass


class Raising:
    def __array__(self, *_: Any) -> Any:
        raise RuntimeError("no array")


def test_different_values_have_different_digests() -> None:
    digests = {digest_of(value, {}) for value in VALUES} | {digest_of(None, {"a": value}) for value in VALUES}
    assert len(digests) == 2 * len(VALUES)
    assert {len(each) for each in digests} == {DIGEST_BYTES}


@pytest.mark.parametrize("value", [*VALUES, Mood.CALM, OrderedDict(a=1)], ids=lambda value: repr(value)[:40])
def test_a_value_has_one_digest(value: Any) -> None:
    again = value.copy() if isinstance(value, np.ndarray | dict | set) else value
    assert digest_of(value, {}) == digest_of(again, {})


def test_an_array_counts_by_its_elements_wherever_they_lie_in_memory() -> None:
    array = np.arange(12, dtype=np.uint8).reshape(3, 4)
    assert digest_of(array, {}) == digest_of(np.asfortranarray(array), {})
    assert digest_of(array[:, ::2], {}) == digest_of(array[:, ::2].copy(), {})


def test_wall_clock_seconds_of_episode_statistics_do_not_count() -> None:
    single = {"episode": {"r": 3.0, "l": 3, "t": 0.25}}
    later = {"episode": {"r": 3.0, "l": 3, "t": 0.5}}
    assert digest_of(None, single) == digest_of(None, later)
    flags = np.array([True])
    vector = {"r": np.ones(1), "_r": flags, "l": np.ones(1), "_l": flags, "t": np.ones(1), "_t": flags}
    assert digest_of(None, {"episode": vector}) == digest_of(None, {"episode": vector | {"t": np.zeros(1)}})
    assert digest_of(None, single) != digest_of(None, {"episode": {"r": 4.0, "l": 3, "t": 0.25}})
    assert digest_of(None, {"t": 1, "r": 2}) != digest_of(None, {"t": 2, "r": 2}), "no statistics"


def test_an_object_without_a_form_counts_by_its_class_and_not_by_its_address() -> None:
    assert digest_of(Opaque(), {}) == digest_of(Opaque(), {})
    assert digest_of(Opaque(), {}) != digest_of(Mood.CALM, {})


def test_a_value_that_cannot_be_read_is_refused() -> None:
    cycle: list[Any] = []
    cycle.append(cycle)
    with pytest.raises(NotEncodable, match="cannot be recorded"):
        digest_of(cycle, {})
    with pytest.raises(NotEncodable, match="no array"):
        digest_of(Raising(), {})
