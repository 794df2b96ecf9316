"""A stack has one array for all members, in every part of a composite space."""

from typing import Any

import numpy as np
import pytest
from gymnasium import Space, spaces
from gymnasium.vector.utils import concatenate, create_empty_array

from shared.wire.members.parts import Part
from shared.wire.members.stacks import stack_of
from shared.wire.values.mismatch import Mismatch

BOX = spaces.Box(-1, 1, (2,), np.float32)


def part(space: Space[Any]) -> Part:
    return space, lambda raw: raw


def test_a_stack_is_as_gymnasium_concatenates_its_members() -> None:
    space = spaces.Dict(a=BOX, b=spaces.Tuple((spaces.Discrete(3), spaces.MultiBinary(2))))
    members = [space.sample() for _ in range(4)]
    empty: Any = create_empty_array(space, 4)
    expected: Any = concatenate(space, members, empty)
    sent = {
        "a": [member["a"].tolist() for member in members],
        "b": [
            [int(member["b"][0]) for member in members],
            [member["b"][1].tolist() for member in members],
        ],
    }
    stack, count = stack_of(space, part)(sent)
    assert count == 4
    np.testing.assert_array_equal(stack["a"], expected["a"])
    for index in range(2):
        np.testing.assert_array_equal(stack["b"][index], expected["b"][index])


@pytest.mark.parametrize("space", [spaces.Dict(a=BOX, b=BOX), spaces.Tuple((BOX, BOX))])
def test_parts_of_different_lengths_are_refused(space: Space[Any]) -> None:
    one, two = [[0, 0]], [[0, 0], [0, 0]]
    sent: Any = {"a": one, "b": two} if isinstance(space, spaces.Dict) else [one, two]
    with pytest.raises(Mismatch, match=r"different lengths: \[1, 2\]"):
        stack_of(space, part)(sent)


def test_members_that_do_not_stack_are_listed() -> None:
    assert stack_of(spaces.Text(3), part)(["a", "bc"]) == (("a", "bc"), 2)


def test_a_composite_space_without_parts_has_no_members_to_count() -> None:
    assert stack_of(spaces.Tuple(()), part)([]) == ((), 0)
