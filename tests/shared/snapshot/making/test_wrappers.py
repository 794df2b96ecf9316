"""A client's wrapper is one of a list. Every one is exact, and keeps no state that is not known."""

import inspect
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import cloudpickle
import gymnasium
import pytest
from gymnasium.spaces import Space

from shared.errors import NotCreatable, NotExact
from shared.snapshot.attributes.classic_control import CLASSIC_CONTROL
from shared.snapshot.attributes.state import class_path
from shared.snapshot.attributes.wrapper_state import WRAPPER_STATE
from shared.snapshot.conformance.check import check_recipe, check_snapshot
from shared.snapshot.conformance.fresh_process import carry_out
from shared.snapshot.contract.calls import Render, Reset, Step, perform
from shared.snapshot.contract.recipe import Recipe, WrapperRecipe
from shared.snapshot.making.make import make, register_environments
from shared.snapshot.making.wrappers import ALLOWED, LEFT_OUT, wrap
from shared.snapshot.registry import libraries_of, mechanism_named
from tests.shared.snapshot.pairs import adopted, restored

SHORT: dict[str, Any] = {"episodes": (1, 3), "steps": 8, "further": 14, "chain": 8}
"""Two snapshots' episodes of a few steps: enough for every queue here to fill and turn over."""


class Case(NamedTuple):
    """A wrapper as the outermost around an environment that it fits."""

    env_id: str
    kwargs: dict[str, Any]
    render_mode: str | None = None
    inner: tuple[WrapperRecipe, ...] = ()


PIXELS = (WrapperRecipe("AddRenderObservation"),)
BRIEF = (WrapperRecipe("TimeLimit", {"max_episode_steps": 6}),)

CASES = {
    "AddRenderObservation": Case("FrozenLake-v1", {"render_only": False, "obs_key": "tile"}, "rgb_array"),
    "AddWhiteNoise": Case("FrozenLake-v1", {"probability_of_noise_per_pixel": 0.3}, "rgb_array"),
    "Autoreset": Case("CartPole-v1", {}, None, BRIEF),
    "ClipAction": Case("Pendulum-v1", {}),
    "ClipReward": Case("Pendulum-v1", {"min_reward": -1.0, "max_reward": -0.5}),
    "DelayObservation": Case("CartPole-v1", {"delay": 3}),
    "DiscretizeAction": Case("Pendulum-v1", {"bins": 5}),
    "DiscretizeObservation": Case("MountainCar-v0", {"bins": [4, 5], "multidiscrete": True}),
    "DtypeObservation": Case("CartPole-v1", {"dtype": "float64"}),
    "FilterObservation": Case("Blackjack-v1", {"filter_keys": [0, 2]}),
    "FlattenObservation": Case("Taxi-v4", {}),
    "FrameStackObservation": Case("CartPole-v1", {"stack_size": 3, "padding_type": "reset"}),
    "GrayscaleObservation": Case("FrozenLake-v1", {"keep_dim": True}, "rgb_array", PIXELS),
    "MaxAndSkipObservation": Case("CartPole-v1", {"skip": 5}),
    "NormalizeObservation": Case("CartPole-v1", {"epsilon": 1e-6}),
    "NormalizeReward": Case("Pendulum-v1", {"gamma": 0.9}),
    "ObstructView": Case("FrozenLake-v1", {"obstructed_pixels_ratio": 0.2, "obstruction_width": 20}, "rgb_array"),
    "RecordEpisodeStatistics": Case("CartPole-v1", {"buffer_length": 2, "stats_key": "told"}, None, BRIEF),
    "RenderCollection": Case("FrozenLake-v1", {"pop_frames": True, "reset_clean": False}, "rgb_array"),
    "RepeatAction": Case("CartPole-v1", {"num_repeats": 2}),
    "RescaleAction": Case("Pendulum-v1", {"min_action": -1.0, "max_action": [1.0]}),
    "RescaleObservation": Case("MountainCar-v0", {"min_obs": 0.0, "max_obs": 1.0}),
    "ReshapeObservation": Case("CartPole-v1", {"shape": [2, 2]}),
    "ResizeObservation": Case("FrozenLake-v1", {"shape": [20, 30]}, "rgb_array", PIXELS),
    "StickyAction": Case("CartPole-v1", {"repeat_action_probability": 0.5, "repeat_action_duration": [1, 3]}),
    "TimeAwareObservation": Case("CartPole-v1", {"flatten": False, "normalize_time": True}),
    "TimeLimit": Case("CartPole-v1", {"max_episode_steps": 7}),
}
ELSEWHERE = {"AtariPreprocessing"}
"""It fits no environment of the small families; its exactness is shown with ALE's."""


def path_of(name: str) -> str:
    wrapper = getattr(gymnasium.wrappers, name)
    return f"{wrapper.__module__}.{wrapper.__qualname__}"


STATEFUL = [name for name in CASES if WRAPPER_STATE[path_of(name)]]


def recipe_of(name: str) -> Recipe:
    case = CASES[name]
    wrappers = (*case.inner, WrapperRecipe(name, case.kwargs))
    return Recipe(case.env_id, render_mode=case.render_mode, wrappers=wrappers, seed=11)


def check(name: str) -> str:
    """Prove the wrapper's case exact and tell which mechanism carried it."""
    recipe = recipe_of(name)
    return check_recipe(recipe, **SHORT).mechanism


def wrapped(name: str, kwargs: dict[str, Any], env_id: str = "CartPole-v1") -> Any:
    return wrap(gymnasium.make(env_id, disable_env_checker=True), name, kwargs)


def test_every_name_in_gymnasiums_wrappers_is_allowed_or_left_out_with_a_reason() -> None:
    """A wrapper that a release adds fails here until it is decided upon."""
    assert {*ALLOWED} | {*LEFT_OUT} == {*gymnasium.wrappers.__all__}
    assert {*ALLOWED} & {*LEFT_OUT} == set()


@pytest.mark.parametrize("name", ALLOWED)
def test_every_parameter_on_the_list_is_one_of_the_wrapper(name: str) -> None:
    """A misspelt one would be refused by the wrapper, whatever its value."""
    accepted = [*inspect.signature(getattr(gymnasium.wrappers, name)).parameters][1:]
    assert {*ALLOWED[name]} <= {*accepted}


@pytest.mark.parametrize("name", ["vector", "Vector", "", "__all__", "AutoResetWrapper", "TimeLimit "])
def test_a_wrapper_that_is_not_on_the_list_is_named(name: str) -> None:
    with pytest.raises(NotCreatable, match=f"No wrapper {name!r} here.*choose from AddRender") as raised:
        wrapped(name, {})
    assert raised.value.evidence["wrapper"] == name


@pytest.mark.parametrize("name", LEFT_OUT)
def test_a_wrapper_that_is_left_out_says_why(name: str) -> None:
    with pytest.raises(NotCreatable) as raised:
        wrapped(name, {})
    assert LEFT_OUT[name] in raised.value.detail


def test_a_parameter_that_the_wrapper_does_not_have_is_named_beside_those_it_has() -> None:
    with pytest.raises(NotCreatable, match="TimeLimit has no parameter 'steps'; it takes max_episode_steps"):
        wrapped("TimeLimit", {"steps": 3})
    with pytest.raises(NotCreatable, match="ClipAction has no parameter 'low'; it takes none"):
        wrapped("ClipAction", {"low": 3}, "Pendulum-v1")


def test_every_wrapper_that_a_client_may_name_is_tried_here() -> None:
    """A wrapper that is added to the list fails here until it has a case."""
    assert {*CASES, *ELSEWHERE} == {*ALLOWED}


def test_every_wrapper_that_a_client_may_name_has_its_state_known() -> None:
    """Otherwise the small families inside it would go to a slower mechanism, silently."""
    assert [name for name in ALLOWED if path_of(name) not in WRAPPER_STATE] == []


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("name", CASES)
def test_an_environment_inside_a_wrapper_is_exact(name: str) -> None:
    """In another interpreter, by the mechanism of the small families."""
    assert check(name) in ("classic-control", "toy-text")


@pytest.mark.usefixtures("elsewhere")
def test_wrappers_inside_one_another_are_exact() -> None:
    """Each keeps its own state, also of one class twice."""
    wrappers = (
        WrapperRecipe("StickyAction", {"repeat_action_probability": 0.4}),
        WrapperRecipe("RecordEpisodeStatistics"),
        WrapperRecipe("DelayObservation", {"delay": 1}),
        WrapperRecipe("NormalizeObservation"),
        WrapperRecipe("FrameStackObservation", {"stack_size": 2}),
        WrapperRecipe("DelayObservation", {"delay": 2}),
        WrapperRecipe("Autoreset"),
    )
    check_snapshot("CartPole-v1", wrappers=wrappers, **SHORT)


@pytest.mark.parametrize("name", STATEFUL)
def test_the_proof_fails_for_a_wrapper_whose_state_is_forgotten(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that each case above is one in which the state shows."""
    monkeypatch.setitem(WRAPPER_STATE, path_of(name), ())
    monkeypatch.setattr("shared.snapshot.conformance.check.in_fresh_process", carry_out)
    with pytest.raises((NotExact, TypeError)):  # a TimeLimit without its count cannot count on
        check(name)


APART = {"env", "action_space", "observation_space", "_action_space", "_observation_space"}
SCRATCH = {
    # Overwritten before it is read.
    "FrameStackObservation": {"stacked_obs"},
}


def attributes(layer: Any, known: set[str]) -> dict[str, Any]:
    """Everything that a wrapper holds but what is known to change, in a form that can be compared."""

    def form(value: Any) -> Any:
        if isinstance(value, Callable | Space):  # type: ignore[arg-type]
            return id(value)
        return cloudpickle.dumps(value)

    return {name: form(value) for name, value in vars(layer).items() if name not in known | APART}


def assert_nothing_else_changes(recipe: Recipe) -> None:
    env = make(recipe)
    name = type(env).__name__
    known = {kind if isinstance(kind, str) else kind.name for kind in WRAPPER_STATE[class_path(env)]}
    known = {kind.partition(".")[0] for kind in known} | SCRATCH.get(name, set())
    before = attributes(env, known)
    actions = make(recipe).action_space
    for _ in range(3):
        perform(env, Reset())
        for _ in range(8):
            _, _, terminated, truncated, _ = perform(env, Step(actions.sample()))
            if recipe.render_mode:
                perform(env, Render())
            if terminated or truncated:
                break
        assert attributes(env, known) == before


@pytest.mark.parametrize("name", CASES)
def test_a_wrapper_changes_no_attribute_that_is_not_known(name: str) -> None:
    """A release of Gymnasium in which a wrapper keeps more fails here, by the attribute's name."""
    assert_nothing_else_changes(recipe_of(name))


def test_ataris_preprocessing_changes_no_attribute_that_is_not_known() -> None:
    pytest.importorskip("ale_py")
    register_environments(("ale_py",))
    assert_nothing_else_changes(
        Recipe("ALE/Pong-v5", kwargs={"frameskip": 1}, wrappers=(WrapperRecipe("AtariPreprocessing"),))
    )


def test_what_a_wrapper_observes_depends_on_the_library_that_computes_it() -> None:
    resized = Recipe("CarRacing-v3", wrappers=(WrapperRecipe("ResizeObservation", {"shape": [8, 8]}),))
    mechanism = mechanism_named("box2d")
    added = {*libraries_of(mechanism, resized)} - {*libraries_of(mechanism, Recipe("CarRacing-v3"))}
    assert [name for name in added if name.startswith("opencv-python")] == [*added] != []


def test_frames_that_were_collected_take_little() -> None:
    """Raw they are 0.7 MB each, in a snapshot that is written after every call."""
    recipe = Recipe("CartPole-v1", render_mode="rgb_array_list", seed=1)
    subject = adopted(CLASSIC_CONTROL, recipe, [Reset(1), *[Step(1)] * 6])
    assert len(subject.env.render()) == 7
    subject.apply(Reset(1))
    assert len(subject.capture()) < 10_000


def test_the_time_of_an_episode_goes_on_in_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """`info["episode"]["t"]` is by a clock that begins anywhere."""
    recipe = Recipe("CartPole-v1", wrappers=(WrapperRecipe("RecordEpisodeStatistics"),), max_episode_steps=4)
    subject = adopted(CLASSIC_CONTROL, recipe, [Reset(1), Step(0), Step(1)])
    body = subject.capture()
    clock = time.perf_counter
    monkeypatch.setattr(time, "perf_counter", lambda: clock() + 5000)
    other = restored(CLASSIC_CONTROL, recipe, body)
    other.apply(Step(0))
    assert 0 <= other.apply(Step(1))[4]["episode"]["t"] < 600
