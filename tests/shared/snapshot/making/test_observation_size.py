"""Observations that wrappers multiply are refused before they take gigabytes."""

import numpy as np
import pytest
from gymnasium import spaces

from shared.errors import NotCreatable
from shared.snapshot.contract.recipe import Recipe, WrapperRecipe
from shared.snapshot.making.make import make
from shared.snapshot.making.observation_size import check_observation_size, check_wrapper

STACK = WrapperRecipe("FrameStackObservation", {"stack_size": 64})


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe("CartPole-v1", wrappers=(STACK,) * 5),
        Recipe("CartPole-v1", wrappers=(STACK,) * 3, num_envs=256),
        Recipe("CartPole-v1", wrappers=(*(STACK,) * 3, WrapperRecipe("DelayObservation", {"delay": 1024}))),
        Recipe(
            "Acrobot-v1",
            wrappers=(WrapperRecipe("DiscretizeObservation", {"bins": 256}), WrapperRecipe("FlattenObservation")),
        ),
    ],
)
def test_wrappers_that_multiply_observations_are_refused(recipe: Recipe) -> None:
    with pytest.raises(NotCreatable, match="67108864 is the most"):
        make(recipe)


def test_what_learners_use_is_within_the_bounds() -> None:
    picture = spaces.Box(0, 255, (210, 160, 3), np.uint8)
    check_observation_size(picture, 256)
    check_wrapper(picture, "FrameStackObservation", {"stack_size": 64})
    check_wrapper(spaces.Dict(a=picture, b=spaces.Tuple([picture, spaces.Discrete(4)])), "FlattenObservation", {})
    check_wrapper(spaces.Sequence(picture), "FlattenObservation", {})
    make(Recipe("FrozenLake-v1", wrappers=(WrapperRecipe("FlattenObservation"),), num_envs=8)).close()


def test_a_space_of_parts_is_as_large_as_these() -> None:
    part = spaces.Box(0, 1, (1 << 20,), np.float64)
    check_observation_size(spaces.Dict(a=part, b=part), 4)
    with pytest.raises(NotCreatable):
        check_observation_size(spaces.Tuple([spaces.Dict(a=part), part]), 5)
