"""No space is seeded or sampled for two environments at once."""

from typing import Any

import gymnasium
import pytest
from gymnasium.spaces import Dict, Discrete

from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.make import make, register_environments
from shared.snapshot.making.own_spaces import own_spaces
from tests.shared.snapshot import habits


@pytest.mark.parametrize("name", ["ClassSpaces", "ModuleSpace"])
def test_another_that_is_made_and_seeded_does_not_reach_the_first(name: str) -> None:
    register_environments([habits.__name__])
    first, alone = (make(Recipe(f"habits/{name}-v0", seed=1)) for _ in range(2))
    expected = [alone.action_space.sample() for _ in range(5)]
    make(Recipe(f"habits/{name}-v0", seed=2)).action_space.sample()
    assert [first.action_space.sample() for _ in range(5)] == expected


def test_the_space_of_the_class_or_module_stays_as_it_was() -> None:
    register_environments([habits.__name__])
    before = habits.ACTIONS.np_random.bit_generator.state, habits.ClassSpaces.action_space.np_random
    for name in ("ClassSpaces", "ModuleSpace"):
        make(Recipe(f"habits/{name}-v0", seed=3)).action_space.sample()
    assert (habits.ACTIONS.np_random.bit_generator.state, habits.ClassSpaces.action_space.np_random) == before


PARTS: dict[str, Any] = {"moves": Discrete(7)}


class Nested(gymnasium.Env[Any, Any]):
    """Holds a space of its module within one of its own, twice, and one of its own alone."""

    def __init__(self) -> None:
        self.action_space: Any = Dict(PARTS)
        self.same = self.action_space
        self.observation_space = Discrete(3)


def test_a_space_within_another_is_copied_and_two_names_of_one_stay_one() -> None:
    env, own = Nested(), Nested().observation_space
    env.observation_space = own
    own_spaces(env)
    assert env.action_space["moves"] is not PARTS["moves"]
    assert env.same is env.action_space
    assert env.observation_space is own


def test_spaces_that_an_environment_makes_itself_stay_the_same_objects() -> None:
    env = gymnasium.make("CartPole-v1", disable_env_checker=True)
    before = env.unwrapped.action_space, env.unwrapped.observation_space
    own_spaces(env)
    assert env.unwrapped.action_space is before[0]
    assert env.unwrapped.observation_space is before[1]
