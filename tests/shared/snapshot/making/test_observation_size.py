"""What a client asks for is refused before it takes gigabytes."""

from typing import Any

import numpy as np
import pytest
from gymnasium import spaces

from shared.errors import NotCreatable
from shared.snapshot.contract.recipe import Recipe, WrapperRecipe
from shared.snapshot.making.arguments import check_kwargs
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


@pytest.mark.parametrize(
    ("env_id", "kwargs", "num_envs", "words"),
    [
        ("FrozenLake-v1", {"desc": ["F" * 1000] * 1000}, 1, "16384 is the most here"),
        ("FrozenLake-v1", {"desc": ["F" * 50] * 50}, 256, "256 is the most here; send less, or fewer num_envs"),
        ("Ant-v5", {"width": 100_000}, 1, "width is 100000; 4096 is the most"),
        ("Ant-v5", {"max_geom": 10**9}, 1, "max_geom is 1000000000; 65536 is the most"),
        ("Ant-v5", {"frame_skip": 10**9}, 1, "frame_skip is 1000000000; 1024 is the most"),
        ("Grid-v0", {"a": [{"grid_size": 1e300}]}, 1, "grid_size is 1e"),
    ],
)
def test_arguments_that_ask_for_too_much_are_refused(
    env_id: str, kwargs: dict[str, Any], num_envs: int, words: str
) -> None:
    with pytest.raises(NotCreatable, match=words):
        check_kwargs(env_id, kwargs, num_envs)


def test_arguments_as_they_are_used_are_not() -> None:
    check_kwargs("FrozenLake-v1", {"desc": ["S" * 100] * 100, "is_slippery": False})
    check_kwargs("Ant-v5", {"width": 1920, "height": 1080, "max_geom": 10_000, "frame_skip": 5, "reward": 9e9})
