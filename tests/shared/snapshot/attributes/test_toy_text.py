"""The table of the family names every attribute that a method of its environments changes."""

from typing import Any

import pytest

from shared.snapshot.attributes.toy_text import TOY_TEXT
from shared.snapshot.contract.calls import Reset, Step
from shared.snapshot.contract.digest import digest
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.make import make

IDS = ["Blackjack-v1", "CliffWalking-v1", "FrozenLake-v1", "Taxi-v4"]


def adopted(env_id: str) -> Any:
    recipe = Recipe(env_id)
    return TOY_TEXT.adopt(make(recipe), recipe)


@pytest.mark.parametrize("env_id", IDS)
def test_the_family_has_the_environment(env_id: str) -> None:
    assert TOY_TEXT.suits(make(Recipe(env_id)))


def test_the_family_has_no_other() -> None:
    assert not TOY_TEXT.suits(make(Recipe("CartPole-v1")))


@pytest.mark.parametrize("env_id", IDS)
def test_a_used_environment_goes_on_as_the_one_whose_state_it_is_given(env_id: str) -> None:
    """Through the end of an episode and into the next, on the same actions."""
    there, here = adopted(env_id), adopted(env_id)
    space = there.env.action_space
    space.seed(5)
    actions = [space.sample() for _ in range(40)]
    for subject, seed in ((there, 1), (here, 2)):
        subject.apply(Reset(seed=seed))
        for action in actions[:3]:
            subject.apply(Step(action))
    here.restore(there.capture())
    for action in actions:
        result = there.apply(Step(action))
        assert digest(here.apply(Step(action))) == digest(result)
        if result[2] or result[3]:
            assert digest(here.apply(Reset())) == digest(there.apply(Reset()))
    assert here.capture() == there.capture()
