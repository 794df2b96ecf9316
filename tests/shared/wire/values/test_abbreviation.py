"""A value in a message takes one line of bounded length."""

from typing import Any

import numpy as np
import pytest

from shared.wire.values.abbreviation import abbreviated


@pytest.mark.parametrize(
    ("value", "text"), [(1, "1"), ("a", "'a'"), ([1, [2.5]], "[1, [2.5]]"), ({"a": None}, "{'a': None}")]
)
def test_a_small_value_is_written_as_python_does(value: Any, text: str) -> None:
    assert abbreviated(value) == text


LARGE: list[Any] = [
    "x" * 10**6,
    [0] * 10**5,
    {i: i for i in range(10**4)},
    [[[[[[[1]]]]]]] * 9,
    np.zeros((100, 100)),
]


@pytest.mark.parametrize("value", LARGE, ids=["text", "list", "dict", "nested", "array"])
def test_a_large_value_is_cut_short(value: Any) -> None:
    text = abbreviated(value)
    assert len(text) < 600
    assert "\n" not in text


def test_an_integer_of_many_digits_is_told_by_its_size() -> None:
    """Python refuses to write more than 4,300 digits."""
    assert abbreviated([1 << 20_000]) == "[an integer of 20001 bits]"
