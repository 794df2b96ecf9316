"""What follows the end of an episode is what the instance can have."""

import pytest

from shared.errors import InvalidValue
from shared.snapshot.contract.recipe import Recipe
from tests.shared.session.explore.copies import copy_of, rules, snapshot


def test_a_vector_is_told_nothing_of_its_episodes_ends() -> None:
    live = copy_of(snapshot(Recipe("CartPole-v1", num_envs=2, autoreset="NextStep")))
    assert not rules().resets(live)
    with pytest.raises(InvalidValue, match="is a vector"):
        rules(on_end="stop").resets(live)


def test_an_instance_that_resets_itself_is_not_reset() -> None:
    live = copy_of(snapshot(Recipe("CartPole-v1", autoreset="SameStep")))
    assert not rules(on_end="stop").resets(live)
    with pytest.raises(InvalidValue, match="resets itself"):
        rules(on_end="reset").resets(live)


def test_any_other_is_reset_if_that_is_asked() -> None:
    live = copy_of(snapshot())
    assert [rules(on_end=each).resets(live) for each in (None, "stop", "reset")] == [False, False, True]
