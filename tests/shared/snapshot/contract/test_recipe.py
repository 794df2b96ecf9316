"""A recipe is stored in every snapshot, and says nothing that is the default."""

import msgspec
import pytest

from shared.snapshot.contract.recipe import Recipe, WrapperRecipe

FULL = Recipe(
    "CartPole-v1",
    render_mode="rgb_array",
    kwargs={"sutton_barto_reward": True},
    max_episode_steps=9,
    wrappers=(WrapperRecipe("ClipReward", {"min_reward": -1.0}), WrapperRecipe("ClipAction")),
    autoreset="SameStep",
    num_envs=4,
    seed=3,
)


def test_a_recipe_comes_back_from_json_as_it_was() -> None:
    assert msgspec.json.decode(msgspec.json.encode(FULL), type=Recipe) == FULL


def test_defaults_are_not_written() -> None:
    """So that a new field leaves the stored recipes and the keys of verdicts as they are."""
    assert msgspec.json.decode(msgspec.json.encode(Recipe("CartPole-v1"))) == {"env_id": "CartPole-v1"}


@pytest.mark.parametrize(
    ("render_mode", "draws"), [(None, False), ("human", False), ("rgb_array", True), ("ansi", True)]
)
def test_it_draws_where_render_returns_something(render_mode: str | None, draws: bool) -> None:
    assert Recipe("CartPole-v1", render_mode=render_mode).draws is draws
