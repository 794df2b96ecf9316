"""Arrays within bounds are read one at a time or as a stack, and never clipped; a Box has no bounds here."""

from typing import Any

import numpy as np
import pytest
from gymnasium import spaces

from shared.wire.members.numeric import BoundedArrays, is_numeric, last
from shared.wire.values.mismatch import Mismatch

BOX = spaces.Box(-1, 1, (2,), np.float32)


def test_one_array_has_the_spaces_dtype_and_shape() -> None:
    found = BoundedArrays.of(BOX).one([0.5, -1])
    assert found.dtype == np.float32
    assert found.tolist() == [0.5, -1.0]


@pytest.mark.parametrize(
    ("space", "inside", "outside"),
    [
        (spaces.MultiBinary(2), [0, 1], [0, 2]),
        (spaces.MultiDiscrete([2, 3], start=[0, 5]), [1, 7], [1, 8]),
        (spaces.Discrete(3, start=-1), 1, 2),
    ],
)
def test_both_bounds_are_inside(space: Any, inside: Any, outside: Any) -> None:
    arrays = BoundedArrays.of(space)
    assert arrays.one(inside).tolist() == inside
    with pytest.raises(Mismatch, match="is not from"):
        arrays.one(outside)


def test_the_first_number_outside_is_named_by_its_place() -> None:
    with pytest.raises(Mismatch, match=r"2 at \[1, 0\] is not from 0 to 1"):
        BoundedArrays.of(spaces.MultiBinary(2)).stack([[0, 0], [2, 3]])


@pytest.mark.parametrize("number", [1.5, "NaN", "-Infinity"])
def test_a_box_leaves_its_bounds_to_the_environment(number: Any) -> None:
    assert BoundedArrays.of(BOX).one([0, number]).shape == (2,)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_stack_is_told_with_its_number(count: int) -> None:
    stack, found = BoundedArrays.of(BOX).stack([[0, 0]] * count)
    assert (stack.shape, found) == ((count, 2), count)


@pytest.mark.parametrize("raw", [1, "text", None, np.array(1.0)])
def test_a_stack_is_a_list(raw: Any) -> None:
    with pytest.raises(Mismatch, match="takes a list"):
        BoundedArrays.of(BOX).stack(raw)


def test_the_last_of_a_discrete_space_is_within_its_dtype() -> None:
    assert last(spaces.Discrete(5, start=-2)) == 2
    largest = 2**63 - 1
    assert last(spaces.Discrete(1, start=largest)) == largest


def test_a_subclass_is_not_numeric_as_it_may_contain_fewer() -> None:
    class Even(spaces.Discrete):
        pass

    assert is_numeric(spaces.Discrete(4))
    assert not is_numeric(Even(4))
    assert not is_numeric(spaces.Text(4))
