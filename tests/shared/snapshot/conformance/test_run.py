"""A call that raises leaves a run where it was, and an action stays as it was given."""

import numpy as np
import pytest

from shared.snapshot.conformance.outcome import has_raised
from shared.snapshot.conformance.run import Run, new_run, restored_run
from shared.snapshot.contract.calls import Call, Reset, Step
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.make import register_environments
from shared.snapshot.registry import mechanism_named


@pytest.fixture(autouse=True)
def registered() -> None:
    register_environments(["tests.shared.snapshot.habits"])


def run(name: str, mechanism: str = "object-graph") -> Run:
    recipe = Recipe(f"habits/{name}-v0", seed=1)
    return new_run(mechanism_named(mechanism), recipe)


@pytest.mark.parametrize("mechanism", ["object-graph", "journal"])
def test_a_call_that_raises_changes_nothing(mechanism: str) -> None:
    one, other = run("FullColumn", mechanism), run("FullColumn", mechanism)
    calls: list[Call] = [Reset(1), Step(0), Step(0)]
    for call in calls:
        assert one.call(call) == other.call(call)
    assert has_raised(one.call(Step(0)))
    assert one.call(Step(1)) == other.call(Step(1))


def test_an_action_that_the_environment_writes_into_is_as_given() -> None:
    action = np.ones(3, np.float32)
    scaling = run("ScalesAction")
    scaling.call(Reset(1))
    scaling.call(Step(action))
    assert action.tolist() == [1, 1, 1]


def test_a_run_that_moves_continues_on_another_environment() -> None:
    moving, staying = run("Columns"), run("Columns")
    assert moving.call(Reset(1)) == staying.call(Reset(1))
    before = moving.subject
    moving.move()
    assert moving.subject is not before
    assert moving.call(Step(2)) == staying.call(Step(2))


def test_a_run_begins_where_its_body_was_captured() -> None:
    origin = run("Columns")
    origin.call(Reset(1))
    body = origin.subject.capture()
    continued = restored_run(mechanism_named("object-graph"), Recipe("habits/Columns-v0", seed=1), body)
    assert continued.call(Step(1)) == origin.call(Step(1))
