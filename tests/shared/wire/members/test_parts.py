"""A list or an object is cast part by part, and the part that does not fit is named."""

from typing import Any

import pytest
from gymnasium import spaces

from shared.wire.members.parts import check_keys, dict_of, items_of, tuple_of, within
from shared.wire.values.mismatch import Mismatch

NUMBER = spaces.Discrete(3)


def cast(raw: Any) -> int:
    if raw == 9:
        raise Mismatch("it is 9")
    return int(raw)


PART = (NUMBER, cast)


def test_a_part_that_does_not_fit_leaves_its_path_from_within() -> None:
    with pytest.raises(Mismatch) as caught:
        within("outer", (NUMBER, dict_of({"inner": PART})), {"inner": 9})
    assert caught.value.path == ["inner", "outer"]
    assert (caught.value.value, caught.value.space) == (9, NUMBER)


def test_items_are_a_tuple_of_any_length() -> None:
    assert items_of(PART)([1, 2]) == (1, 2)
    assert items_of(PART)([]) == ()
    with pytest.raises(Mismatch, match="takes a list"):
        items_of(PART)({"0": 1})


@pytest.mark.parametrize("raw", [[1], [1, 2, 3], "ab", None])
def test_a_tuple_has_one_item_for_each_part(raw: Any) -> None:
    assert tuple_of([PART, PART])([1, 2]) == (1, 2)
    with pytest.raises(Mismatch, match="a list of 2"):
        tuple_of([PART, PART])(raw)


def test_a_dict_is_in_the_order_of_the_parts_with_their_own_keys() -> None:
    assert [*dict_of({2: PART, "a": PART})({"a": 1, "2": 2}).items()] == [(2, 2), ("a", 1)]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ({}, "'a' is missing"),
        ({"a": 1, "c": 2}, "no key 'c'"),
        ([], "an object with the keys"),
    ],
)
def test_an_object_has_the_required_keys_and_otherwise_optional_ones(raw: Any, why: str) -> None:
    check_keys({"a": 1}, ["a"], ["b"])
    check_keys({"a": 1, "b": 1}, ["a"], ["b"])
    with pytest.raises(Mismatch, match=why):
        check_keys(raw, ["a"], ["b"])
