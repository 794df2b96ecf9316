"""What nobody knows is tried before it is created, and refused if nothing carries it exactly."""

import gymnasium
import pytest

from shared.errors import NotExact
from shared.snapshot.probe import Verdict, subject_of_trial, try_out
from shared.snapshot.recipe import Recipe, make, register_environments
from shared.snapshot.registry import candidates, proved_mechanism

MODULE = "tests.shared.snapshot.foreign"


@pytest.fixture(autouse=True)
def registered() -> None:
    register_environments([MODULE])


def verdict(env_id: str) -> Verdict:
    recipe = Recipe(env_id)
    return try_out(recipe, make(recipe), [MODULE])


def test_an_environment_in_plain_python_is_carried_as_an_object_graph() -> None:
    assert verdict("ForeignWalk-v0") == Verdict("object-graph", {})


def test_one_whose_state_cannot_be_copied_is_replayed() -> None:
    assert verdict("ForeignHidden-v0").mechanism == "journal"


@pytest.mark.parametrize("env_id", ["ForeignErratic-v0", "ForeignForgetful-v0"])
def test_one_that_nothing_carries_exactly_is_refused_with_the_reasons(env_id: str) -> None:
    found = verdict(env_id)
    with pytest.raises(NotExact, match="is not exact") as raised:
        found.chosen()
    assert raised.value.evidence["reasons"].keys() == {"object-graph", "journal"}


def test_a_known_family_is_not_tried() -> None:
    env = make(Recipe("CartPole-v1"))
    assert proved_mechanism(env) is not None
    assert proved_mechanism(make(Recipe("ForeignWalk-v0"))) is None


def test_a_verdict_holds_for_what_it_was_made_from_alone() -> None:
    recipe = Recipe("ForeignWalk-v0", seed=1)
    env = make(recipe)
    same = subject_of_trial(Recipe("ForeignWalk-v0", seed=2), env)
    assert subject_of_trial(recipe, env) == same
    assert subject_of_trial(Recipe("ForeignWalk-v0", render_mode="ansi"), env) != same
    assert subject_of_trial(Recipe("ForeignWalk-v0", kwargs={"a": 1}), env) != same


def test_an_environment_may_be_carried_in_several_ways_and_the_first_that_proves_exact_is_taken() -> None:
    names = [mechanism.name for mechanism in candidates(gymnasium.make("ForeignWalk-v0"))]
    assert names == ["object-graph", "journal"]
