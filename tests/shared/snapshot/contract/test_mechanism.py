"""Where an environment's calls are made follows from its mechanism and from whether it draws."""

from typing import Any

import pytest

from shared.snapshot.contract.calls import Step
from shared.snapshot.contract.mechanism import Home, home_of, stepper, versions_in
from shared.snapshot.contract.recipe import Recipe, WrapperRecipe
from shared.snapshot.graph.mechanism import OBJECT_GRAPH
from shared.snapshot.making.make import make
from shared.snapshot.registry import mechanism_for


@pytest.mark.parametrize(
    ("env_id", "render_mode", "home"),
    [
        ("CartPole-v1", None, Home.LOOP),
        ("CartPole-v1", "rgb_array", Home.WORKER),
        ("LunarLander-v3", None, Home.EITHER),
        ("LunarLander-v3", "human", Home.EITHER),
        ("LunarLander-v3", "rgb_array", Home.WORKER),
        ("Reacher-v5", None, Home.EITHER),
        ("Reacher-v5", "rgb_array", Home.GRAPHICS),
    ],
)
def test_what_draws_stays_off_the_event_loop(env_id: str, render_mode: str | None, home: Home) -> None:
    recipe = Recipe(env_id, render_mode=render_mode)
    assert home_of(mechanism_for(make(recipe)), recipe) is home


class Applying:
    """A subject without a `step` of its own."""

    def __init__(self) -> None:
        self.calls: list[Any] = []

    def apply(self, call: Any) -> Any:
        self.calls.append(call)
        return "applied"


def test_a_subject_is_stepped_by_its_own_step_or_else_by_a_call() -> None:
    applying: Any = Applying()
    assert stepper(applying)(3) == "applied"
    assert applying.calls == [Step(3)]
    stepping: Any = Applying()
    stepping.step = lambda action: f"stepped by {action}"
    assert stepper(stepping)(3) == "stepped by 3"
    assert stepping.calls == []


def test_what_repeats_a_step_often_stays_off_the_event_loop() -> None:
    """A step is short while the episode has ended, and then long at once."""
    recipes = [
        Recipe("CartPole-v1", wrappers=(WrapperRecipe("RepeatAction", {"num_repeats": 33}),) * count)
        for count in (1, 2)
    ]
    assert [recipe.repeats for recipe in recipes] == [33, 1089]
    assert [home_of(mechanism_for(make(recipe)), recipe) for recipe in recipes] == [Home.LOOP, Home.WORKER]


def test_a_body_names_the_versions_that_its_mechanism_reads_from_it() -> None:
    recipe = Recipe("CartPole-v1", seed=1)
    env = make(recipe)
    assert versions_in(mechanism_for(env), b"any") == {}
    assert "python" in versions_in(OBJECT_GRAPH, OBJECT_GRAPH.adopt(env, recipe).capture())
