"""Spaces and values as openai/gym-http-api's clients read them."""

import numpy as np
import pytest
from gymnasium import Space, spaces

from shared.legacy.spaces import FORM, describe
from shared.wire.values.forms import encode


def test_infinities_are_numbers_wherever_they_stand() -> None:
    value = {"array": np.array([[np.inf], [-np.inf]], np.float32), "number": -np.inf, "scalar": np.float32(np.inf)}
    assert encode(value, FORM) == {"array": [[1e100], [-1e100]], "number": -1e100, "scalar": 1e100}


def test_what_has_no_number_stays_a_word() -> None:
    assert encode([np.nan, np.array([np.nan, np.inf])], FORM) == ["NaN", ["NaN", 1e100]]


def test_finite_values_are_as_everywhere() -> None:
    value = {"array": np.array([0.1], np.float32), "number": 0.1, "text": "Infinity", "none": None}
    assert encode(value, FORM) == encode(value)


@pytest.mark.parametrize(
    ("space", "described"),
    [
        (spaces.Discrete(3), {"name": "Discrete", "n": 3, "shape": []}),
        (
            spaces.Box(-np.inf, 1.0, (2, 1), np.float32),
            {"name": "Box", "shape": [2, 1], "low": [-1e100, -1e100], "high": [1.0, 1.0]},
        ),
        (spaces.MultiDiscrete(np.array([[2, 3]])), {"name": "MultiDiscrete", "shape": [1, 2], "nvec": [2, 3]}),
        (spaces.MultiBinary((2, 3)), {"name": "MultiBinary", "shape": [2, 3]}),
        (
            spaces.Tuple([spaces.Discrete(2)]),
            {"name": "Tuple", "spaces": [{"name": "Discrete", "n": 2, "shape": []}]},
        ),
        (
            spaces.Dict({"a": spaces.Box(0, np.inf, ())}),
            {"name": "Dict", "spaces": {"a": {"name": "Box", "shape": [], "low": [0.0], "high": [1e100]}}},
        ),
        (spaces.Text(5), {"name": "Text"}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_space_is_described_as_clients_know_it(space: Space[object], described: dict[str, object]) -> None:
    assert describe(space) == described
