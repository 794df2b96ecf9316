"""A mask arrives as Gymnasium's space takes it, or is refused by its place."""

from typing import Any

import numpy as np
import pytest
from gymnasium import Space, spaces

from shared.errors import InvalidValue
from shared.wire.members.masks import MOST_ITEMS, mask_of

TWO: Any = spaces.Discrete(2)

ONLY: list[tuple[Space[Any], Any, Any]] = [
    (spaces.Discrete(3, start=5), [0, 1, 0], 6),
    (spaces.MultiBinary(2), [1, 0], None),
    (spaces.MultiDiscrete([2, 3]), [[0, 1], [0, 0, 1]], [1, 2]),
    (spaces.MultiDiscrete(np.array([[2], [3]])), [[[0, 1]], [[1, 0, 0]]], [[1], [0]]),
    (spaces.Text(3, charset="a"), [2, [1]], "aa"),
    (spaces.Tuple([TWO, TWO]), [[0, 1], None], None),
    (spaces.OneOf([TWO, TWO]), [[0, 1], [0, 1]], None),
    (spaces.Dict({"a": TWO, "b": TWO}), {"a": [0, 1], "b": [1, 0]}, {"a": 1, "b": 0}),
    (spaces.Sequence(TWO), [3, [0, 1]], (1, 1, 1)),
    (spaces.Sequence(TWO), [[2], [0, 1]], (1, 1)),
]


@pytest.mark.parametrize(("space", "raw", "only"), ONLY, ids=lambda each: str(each)[:30])
def test_a_mask_is_what_the_spaces_own_sample_takes(space: Space[Any], raw: Any, only: Any) -> None:
    mask = mask_of(space, raw, "mask")
    for seed in range(20):
        space.seed(seed)
        sample = space.sample(mask=mask)
        assert space.contains(sample)
        if only is not None:
            assert np.asarray(sample).tolist() == np.asarray(only).tolist() or sample == only


def test_a_probability_is_float64_and_a_mask_int8() -> None:
    assert mask_of(TWO, [0.25, 0.75], "probability").dtype == np.float64
    assert mask_of(TWO, [1, 0.0], "mask").dtype == np.int8
    assert mask_of(TWO, None, "mask") is None


@pytest.mark.parametrize(
    ("space", "raw", "told"),
    [
        (TWO, [1], r"^mask is no mask of the space: a list of shape \[2\] is needed"),
        (TWO, [0.5, 1], "0.5 is not an integer"),
        (spaces.Tuple([TWO, TWO]), [None, [1, 0, 1]], r"^mask\[1\] is no mask"),
        (spaces.Dict({"a": TWO}), {"b": None}, "the key 'a' is missing"),
        (spaces.Box(0, 1, (2,)), [1, 1], "a Box is sampled without one"),
        (spaces.Graph(TWO, None), [None, None], "a Graph is sampled without one"),
        (spaces.Sequence(TWO), [MOST_ITEMS + 1, None], "a length is from 0 to 1024"),
        (spaces.Sequence(TWO), [[], None], "a length is from 0 to 1024"),
        (spaces.Text(3), 1, "it takes a list of 2"),
    ],
)
def test_what_is_no_mask_is_refused_by_its_place(space: Space[Any], raw: Any, told: str) -> None:
    with pytest.raises(InvalidValue, match=told):
        mask_of(space, raw, "mask")
