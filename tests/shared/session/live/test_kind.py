"""Kinds tell apart what takes longer, and nothing else."""

import pytest

from shared.session.live.kind import kind_of
from shared.snapshot.contract.recipe import Recipe, WrapperRecipe


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe("CartPole-v1", kwargs={"a": 1}),
        Recipe("CartPole-v1", kwargs={"a": 2}),
        Recipe("CartPole-v1", num_envs=2),
        Recipe("CartPole-v1", wrappers=(WrapperRecipe("ClipAction"),)),
        Recipe("CartPole-v1", wrappers=(WrapperRecipe("ClipAction"), WrapperRecipe("ClipAction"))),
    ],
    ids=range(5),
)
def test_whatever_a_client_adds_makes_another_kind_that_is_not_plain(recipe: Recipe) -> None:
    kind = kind_of(recipe)
    assert kind != kind_of(Recipe("CartPole-v1"))
    assert kind != kind_of(Recipe("CartPole-v1", kwargs={"a": 3}))
    assert kind == kind_of(recipe)
    assert len(kind.made_with) == 16


def test_seeds_and_limits_of_episodes_make_no_other_kind() -> None:
    assert kind_of(Recipe("CartPole-v1", seed=3, max_episode_steps=9)) == kind_of(Recipe("CartPole-v1"))
    assert kind_of(Recipe("CartPole-v1")).made_with == b""
    assert kind_of(Recipe("CartPole-v1", render_mode="ansi")) != kind_of(Recipe("CartPole-v1"))
