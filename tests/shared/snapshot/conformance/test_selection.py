"""What nobody knows is tried before it is created, and refused if nothing carries it exactly."""

import gymnasium
import msgspec
import pytest

from shared.errors import NotCreatable, NotExact
from shared.snapshot.conformance.selection import (
    Candidates,
    Verdict,
    needs_trial,
    select_in_child,
    try_candidates,
    verdict_key,
)
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.isolation.limits import Limits
from shared.snapshot.making.make import make, register_environments
from shared.snapshot.registry import candidates, proved_mechanism

MODULE = "tests.shared.snapshot.foreign"
HABITS = "tests.shared.snapshot.habits"
ENVS = "tests.shared.snapshot.replay.envs"

pytestmark = pytest.mark.usefixtures("one_nursery", "brief_trials")


@pytest.fixture(autouse=True)
def registered() -> None:
    register_environments([MODULE, HABITS, ENVS])


def verdict(env_id: str) -> Verdict:
    recipe = Recipe(env_id)
    return try_candidates(recipe, Candidates.for_new(make(recipe)), [MODULE, HABITS])


def test_an_environment_in_plain_python_is_carried_as_an_object_graph() -> None:
    assert verdict("ForeignWalk-v0") == Verdict("object-graph", {})


def test_one_whose_state_cannot_be_copied_is_replayed() -> None:
    assert verdict("ForeignHidden-v0").mechanism == "journal"


@pytest.mark.parametrize("env_id", ["ForeignErratic-v0", "ForeignForgetful-v0"])
def test_one_that_nothing_carries_exactly_is_refused_with_the_reasons(env_id: str) -> None:
    found = verdict(env_id)
    with pytest.raises(NotExact, match="is not exact") as raised:
        found.selected()
    tried = {"object-graph", "journal-since-reset-any", "journal-since-reset", "journal"}
    assert raised.value.evidence["reasons"].keys() == tried


@pytest.mark.parametrize("name", ["ScalesAction", "FullColumn"])
def test_one_that_writes_into_its_action_or_refuses_a_move_is_carried(name: str) -> None:
    assert verdict(f"habits/{name}-v0") == Verdict("object-graph", {})


@pytest.mark.parametrize("name", ["SharedBoard", "DefaultMemory", "ModuleSpace", "ClassSpaces"])
def test_one_that_holds_what_its_class_or_module_holds_is_carried_as_its_own(name: str) -> None:
    assert verdict(f"habits/{name}-v0") == Verdict("object-graph", {})


def test_one_in_a_journal_that_holds_its_modules_space_is_carried() -> None:
    assert verdict("habits/NativeModuleSpace-v0") == Verdict("journal-since-reset-any", {})


@pytest.mark.parametrize("num_envs", [None, 2])
def test_one_whose_graph_would_grow_with_its_calls_is_carried_since_its_last_reset(num_envs: int | None) -> None:
    recipe = Recipe("habits/MakesWorld-v0", num_envs=num_envs)
    found = try_candidates(recipe, Candidates.for_new(make(recipe)), [HABITS])
    assert found.mechanism == "journal-since-reset-any"
    assert found.reasons["object-graph"].endswith("its snapshots hold ever more calls in place of a state.")


def test_one_whose_constructors_chance_outlasts_a_reset_is_carried_since_its_last_reset_too() -> None:
    """By environments that were made from its own seed."""
    recipe = Recipe("test/Fated-v0")
    found = try_candidates(recipe, Candidates.for_new(make(recipe)), [ENVS])
    assert found.mechanism == "journal-since-reset"
    assert "does not begin anew with a reset" in found.reasons["journal-since-reset-any"]


def test_where_many_episodes_take_too_long_no_other_mechanism_tries_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would take as long again."""
    monkeypatch.setattr("shared.snapshot.conformance.episodes.LONGEST_S", 0.0)
    recipe = Recipe("test/Rewound-v0")
    found = try_candidates(recipe, Candidates.for_new(make(recipe)), [ENVS])
    assert found.mechanism == "journal"
    assert found.reasons.keys() == {"journal-since-reset-any"}


def test_if_that_is_not_exact_it_is_carried_as_a_graph_that_grows() -> None:
    """Neither are all calls since the creation less."""
    found = verdict("habits/MakesWorldOnce-v0")
    assert found.mechanism == "object-graph"
    assert found.reasons.keys() == set()


def test_one_that_is_no_graph_for_a_while_is_carried_as_a_graph() -> None:
    assert verdict("habits/GrowingSet-v0") == Verdict("object-graph", {})


@pytest.mark.parametrize("name", ["NativeBoard", "NamedBoard", "SharedVisits"])
def test_one_that_another_instance_writes_into_is_refused(name: str) -> None:
    assert verdict(f"habits/{name}-v0").mechanism is None


def test_the_reasons_name_the_field_and_the_call_and_the_run() -> None:
    told = verdict("habits/RandomId-v0").reasons["object-graph"]
    assert "while snapshots were taken of it, call 1 (Step(" in told
    assert "info['id'] differed" in told


def test_one_whose_steps_all_raise_is_refused_in_its_own_words() -> None:
    told = verdict("habits/NeverSteps-v0").reasons["object-graph"]
    assert "none of its steps succeeded" in told
    assert "NotImplementedError: there is no engine here" in told


def test_a_known_family_is_not_tried() -> None:
    env = make(Recipe("CartPole-v1"))
    assert proved_mechanism(env) is not None
    assert proved_mechanism(make(Recipe("ForeignWalk-v0"))) is None


def test_a_verdict_holds_for_what_it_was_made_from_alone() -> None:
    recipe = Recipe("ForeignWalk-v0", seed=1)
    same = verdict_key(Recipe("ForeignWalk-v0", seed=2))
    assert verdict_key(recipe) == same
    assert verdict_key(Recipe("ForeignWalk-v0", render_mode="ansi")) != same
    assert verdict_key(Recipe("ForeignWalk-v0", kwargs={"a": 1})) != same


def test_a_verdict_holds_as_long_as_what_it_was_found_with_is_installed() -> None:
    found = select_in_child(Recipe("ForeignWalk-v0"), [MODULE], Limits())
    assert found.mechanism == "object-graph"
    assert MODULE in found.versions
    assert found.holds()
    other = msgspec.structs.replace(found, versions={**found.versions, MODULE: "another"})
    assert not other.holds()


@pytest.mark.parametrize(
    ("recipe", "known"),
    [
        (Recipe("CartPole-v1"), True),
        (Recipe("FrozenLake-v1", kwargs={"map_name": "8x8", "is_slippery": False}), True),
        (Recipe("Ant-v5", kwargs={"healthy_z_range": [0.2, 1.0], "frame_skip": 5}), True),
        (Recipe("Ant-v5", kwargs={"frame_skip": 10**9}), False),
        (Recipe("FrozenLake-v1", kwargs={"desc": ["S" * 65]}), False),
        (Recipe("FrozenLake-v1", kwargs={"desc": ["S"] * 65}), False),
        (Recipe("CartPole-v1", num_envs=33), False),
        (Recipe("ForeignWalk-v0"), False),
    ],
)
def test_known_is_a_familys_own_with_modest_arguments(recipe: Recipe, known: bool) -> None:
    assert needs_trial(recipe) is not known


def test_a_known_family_with_other_arguments_keeps_its_mechanism() -> None:
    assert select_in_child(Recipe("CartPole-v1", num_envs=40), [], Limits()).mechanism == "classic-control"


def test_an_environment_may_be_carried_in_several_ways_and_the_first_that_proves_exact_is_taken() -> None:
    names = [mechanism.name for mechanism in candidates(gymnasium.make("ForeignWalk-v0"))]
    assert names == ["object-graph", "journal-since-reset-any", "journal-since-reset", "journal"]


def test_an_argument_that_native_code_reads_is_tried_first_with_a_frame() -> None:
    """A picture of the camera comes from the child, before this process makes the environment at all."""
    assert not needs_trial(Recipe("Swimmer-v5", render_mode="rgb_array"))
    seen = Recipe("Swimmer-v5", render_mode="rgb_array", kwargs={"camera_id": 0})
    assert needs_trial(seen)
    assert select_in_child(seen, (), Limits()).mechanism == "mujoco-drawn"
    with pytest.raises(NotCreatable, match="camera_id is 1"):
        select_in_child(Recipe("Swimmer-v5", render_mode="rgb_array", kwargs={"camera_id": 1}), (), Limits())
