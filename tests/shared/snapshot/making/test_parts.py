"""A recipe names what it puts together, so that a proof of one part is not taken for another's."""

import gymnasium
import pytest

from shared.snapshot.contract.recipe import Recipe, WrapperRecipe
from shared.snapshot.making.make import register_environments
from shared.snapshot.making.parts import environment_part, parts_of
from tests.shared.snapshot import foreign

REWARD = WrapperRecipe("NormalizeReward")


@pytest.mark.parametrize(
    ("recipe", "parts"),
    [
        (Recipe("CartPole-v1"), ["classic-control"]),
        (Recipe("CartPole-v1", render_mode="human"), ["classic-control"]),
        (Recipe("CartPole-v1", render_mode="rgb_array"), ["classic-control drawn"]),
        (Recipe("Ant-v5", wrappers=(REWARD, REWARD)), ["NormalizeReward", "mujoco"]),
        (Recipe("Taxi-v4", num_envs=2, autoreset="NextStep"), ["toy-text", "vector"]),
        (Recipe("Taxi-v4", autoreset="NextStep"), ["Autoreset", "toy-text"]),
    ],
)
def test_family_frames_wrappers_and_vectors_are_parts(recipe: Recipe, parts: list[str]) -> None:
    assert [*parts_of(recipe)] == parts


def test_an_environment_of_no_family_is_of_the_package_that_it_comes_from() -> None:
    register_environments([foreign.__name__])
    known = next(
        env_id for env_id, spec in gymnasium.registry.items() if str(spec.entry_point).startswith(foreign.__name__)
    )
    assert environment_part(known) == "tests"


def test_an_id_that_is_not_registered_is_of_its_own_module() -> None:
    assert environment_part("a_package.envs:Lost-v0") == "a_package"
