"""Keys that would be one in JSON are found before anything is told of them."""

from typing import Any

import pytest
from gymnasium import Space, spaces

from shared.wire.spaces.one_text import keys_with_one_text

TWO: Any = spaces.Discrete(2)
ONE_TEXT: Any = spaces.Dict([(1, TWO), ("1", TWO)])  # type: ignore[list-item]


@pytest.mark.parametrize(
    "space",
    [
        ONE_TEXT,
        spaces.Tuple([TWO, ONE_TEXT]),
        spaces.Dict({"a": ONE_TEXT}),
        spaces.OneOf([TWO, ONE_TEXT]),
        spaces.Sequence(ONE_TEXT),
        spaces.Graph(TWO, ONE_TEXT),
    ],
)
def test_keys_that_are_one_text_are_found_wherever_they_are(space: Space[Any]) -> None:
    assert keys_with_one_text(space) == (1, "1")


@pytest.mark.parametrize("space", [TWO, spaces.Dict({"1": TWO, "2": TWO}), spaces.Graph(TWO, None)])
def test_other_keys_are_not(space: Space[Any]) -> None:
    assert keys_with_one_text(space) is None
