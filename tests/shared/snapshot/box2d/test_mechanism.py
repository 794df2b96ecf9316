"""Box2D's environments are exact, in every episode, and what each remedy is for is seen without it."""

import contextlib
import dataclasses
import importlib
import sys
from typing import Any

import numpy as np
import pytest

from shared.codec import plain
from shared.errors import JournalFull, SnapshotDiverged
from shared.snapshot.attributes.state import class_path
from shared.snapshot.attributes.wrapper_state import WRAPPER_STATE
from shared.snapshot.box2d import mechanism as box2d
from shared.snapshot.box2d.mechanism import BOX2D
from shared.snapshot.conformance.check import check_snapshot
from shared.snapshot.contract.calls import Call, Render, Reset, Step
from shared.snapshot.contract.recipe import Recipe, WrapperRecipe
from shared.snapshot.making.make import make
from shared.snapshot.replay import replay
from tests.shared.snapshot.pairs import (
    RESET,
    adopted,
    continues_exactly,
    episodes,
    restored,
    same_answers,
    steps,
    thrust,
)

pytest.importorskip("Box2D")

LANDER = Recipe("LunarLander-v3", seed=1)
DRAWN_LANDER = Recipe("LunarLander-v3", render_mode="rgb_array", seed=1)
WALKER = Recipe("BipedalWalker-v3", seed=1)
DRAWN_WALKER = Recipe("BipedalWalker-v3", render_mode="rgb_array", seed=1)
CAR = Recipe("CarRacing-v3", seed=1)
DRAWN_CAR = Recipe("CarRacing-v3", render_mode="rgb_array", seed=1)
COLOURED_CAR = Recipe("CarRacing-v3", kwargs={"domain_randomize": True})
SAME_COLOURS = Reset(options={"randomize": False})
SHORT: dict[str, Any] = {"episodes": (1, 3), "steps": 10, "further": 12, "chain": 6}

VARIANTS: list[tuple[str, str | None, dict[str, Any]]] = [
    ("LunarLander-v3", None, {}),
    ("LunarLander-v3", "rgb_array", {"enable_wind": True, "wind_power": 20.0, "turbulence_power": 2.0}),
    ("LunarLander-v3", "rgb_array_list", {"gravity": -3.0}),
    ("LunarLander-v3", "human", {"continuous": True}),
    ("LunarLanderContinuous-v3", "rgb_array", {"enable_wind": True}),
    ("BipedalWalker-v3", None, {}),
    ("BipedalWalker-v3", "rgb_array", {}),
    ("BipedalWalker-v3", "rgb_array_list", {}),
    ("BipedalWalkerHardcore-v3", None, {}),
    ("BipedalWalkerHardcore-v3", "rgb_array", {}),
    ("CarRacing-v3", None, {}),
    ("CarRacing-v3", "rgb_array", {"domain_randomize": True}),
    ("CarRacing-v3", "rgb_array_list", {"lap_complete_percent": 0.05}),
    ("CarRacing-v3", "state_pixels", {"continuous": False, "domain_randomize": True}),
    ("CarRacing-v3", "state_pixels_list", {"continuous": False}),
]


def without(monkeypatch: pytest.MonkeyPatch, recipe: Recipe, **changes: Any) -> None:
    """Take away something of what is known of the recipe's class."""
    path = class_path(make(recipe).unwrapped)
    kinds = {**box2d._KINDS, path: dataclasses.replace(box2d._KINDS[path], **changes)}
    monkeypatch.setattr(box2d, "_KINDS", kinds)


def counted(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> list[Any]:
    """The arguments with which the method is called from now on."""
    method, calls = getattr(owner, name), []

    def noting(self: Any, argument: Any) -> Any:
        calls.append(argument)
        return method(self, argument)

    monkeypatch.setattr(owner, name, noting)
    return calls


@pytest.mark.parametrize("name", box2d.PRIVATE_NAMES)
def test_gymnasiums_environments_have_the_private_name_that_is_read(name: str) -> None:
    """A release that renames one fails here by that name."""
    module, _, attribute = name.partition(":")
    kind, _, method = attribute.partition(".")
    assert callable(getattr(getattr(importlib.import_module(module), kind), method))


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize(
    ("env_id", "render_mode", "kwargs"),
    [
        ("LunarLander-v3", "rgb_array", {"enable_wind": True}),
        ("LunarLanderContinuous-v3", None, {}),
        ("BipedalWalker-v3", "rgb_array", {}),
        ("CarRacing-v3", None, {"domain_randomize": True}),
    ],
)
def test_an_environment_is_exact(env_id: str, render_mode: str | None, kwargs: dict[str, Any]) -> None:
    """Restored in another interpreter, in a used environment and before every call."""
    extent = SHORT if env_id != "CarRacing-v3" else {"episodes": (1, 2), "steps": 4, "further": 6, "chain": 4}
    report = check_snapshot(env_id, render_mode=render_mode, kwargs=kwargs, **extent)
    assert report.mechanism == "box2d"
    assert report.bytes < 8192


@pytest.mark.slow
@pytest.mark.parametrize(("env_id", "render_mode", "kwargs"), VARIANTS)
def test_every_variant_is_exact(env_id: str, render_mode: str | None, kwargs: dict[str, Any]) -> None:
    """Before the first reset, after a reset, amid and at the end of episodes 1, 2, 3 and 7; a chain of 100."""
    assert check_snapshot(env_id, render_mode=render_mode, kwargs=kwargs).mechanism == "box2d"


@pytest.mark.slow
@pytest.mark.parametrize("env_id", ["LunarLander-v3", "BipedalWalker-v3", "BipedalWalkerHardcore-v3"])
@pytest.mark.parametrize(
    "wrappers",
    [
        (WrapperRecipe("NormalizeObservation"), WrapperRecipe("NormalizeReward")),
        (WrapperRecipe("StickyAction", {"repeat_action_probability": 0.3}),),
        (
            WrapperRecipe("RepeatAction", {"num_repeats": 3}),
            WrapperRecipe("FrameStackObservation", {"stack_size": 4}),
        ),
        (WrapperRecipe("AddRenderObservation"), WrapperRecipe("DelayObservation", {"delay": 3})),
    ],
    ids=lambda wrappers: "+".join(wrapper.name for wrapper in wrappers),
)
def test_wrapped_environments_are_exact(env_id: str, wrappers: tuple[WrapperRecipe, ...]) -> None:
    """Wrappers that remember, draw, make several calls of one, or make calls while they are made."""
    check_snapshot(env_id, render_mode="rgb_array", wrappers=wrappers, steps=25, further=80, chain=40)


@pytest.mark.slow
@pytest.mark.parametrize("recipe", [LANDER, WALKER, Recipe("BipedalWalkerHardcore-v3", seed=1)])
def test_a_reset_leaves_nothing_else_behind(recipe: Recipe) -> None:
    """In 60 histories of up to 8 episodes, each gone on with for 150 calls."""
    for history in range(60):
        generator = np.random.default_rng(history)
        before = episodes(recipe, generator.integers(0, 120, generator.integers(1, 9)).tolist(), seed=history)
        assert continues_exactly(recipe=recipe, mechanism=BOX2D, before=before, after=episodes(recipe, [75, 75]))


@pytest.mark.parametrize("recipe", [LANDER, DRAWN_LANDER, DRAWN_WALKER, COLOURED_CAR])
def test_every_plain_attribute_after_a_reset_is_that_of_a_restored_one(recipe: Recipe) -> None:
    """Whatever a later version of Gymnasium adds to these classes shows here if a reset does not set it."""
    draw: list[Call] = [Render()] if recipe.render_mode else []
    live = adopted(BOX2D, recipe, [*episodes(recipe, [12, 7]), *draw, RESET])
    other = restored(BOX2D, recipe, live.capture())
    compared = 0
    for name, value in vars(live.env.unwrapped).items():
        if name == "state":  # CarRacing's last picture, which nobody reads
            continue
        with contextlib.suppress(plain.NotPlain):
            assert plain.dumps(value) == plain.dumps(vars(other.env.unwrapped)[name]), name
            compared += 1
    assert compared > 10


def test_a_worlds_free_list_matters_and_is_carried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Earlier episodes of BipedalWalker reach the last bit of later ones through it."""
    before, after = episodes(WALKER, [60, 45, 10]), steps(WALKER, 60, seed=9)
    assert continues_exactly(BOX2D, WALKER, before, after)
    without(monkeypatch, WALKER, keeps_world=False)
    with pytest.raises(SnapshotDiverged, match="came out differently"):
        continues_exactly(BOX2D, WALKER, before, after)


@pytest.mark.parametrize("number", [1e30, -np.inf])
def test_what_is_far_outside_the_bounds_is_exact_too(number: float) -> None:
    calls: list[Call] = [Step(np.full(4, number, np.float32)), *steps(WALKER, 4)]
    assert continues_exactly(BOX2D, WALKER, [Reset(3), *calls], calls)


def test_a_walker_refuses_nan_before_its_solver_fails_for_a_second() -> None:
    live = adopted(BOX2D, WALKER, [Reset(3)])
    before = live.capture()
    with pytest.raises(ValueError, match="the action has NaN"):
        live.apply(Step(np.array([0, np.nan, 0, 0], np.float32)))
    assert same_answers(live, restored(BOX2D, WALKER, before), steps(WALKER, 3))


def test_colours_drawn_by_a_constructor_are_carried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reset can be told to leave them; no seed reaches a constructor."""
    assert continues_exactly(BOX2D, COLOURED_CAR, [SAME_COLOURS], [])
    live = adopted(BOX2D, COLOURED_CAR, [SAME_COLOURS])
    assert same_answers(live, restored(BOX2D, COLOURED_CAR, live.capture()), [SAME_COLOURS])
    without(monkeypatch, COLOURED_CAR, kept=())
    live = adopted(BOX2D, COLOURED_CAR, [Reset(4), SAME_COLOURS])
    assert not same_answers(live, restored(BOX2D, COLOURED_CAR, live.capture()), [SAME_COLOURS])


def test_frames_age_the_flames_of_a_lander(monkeypatch: pytest.MonkeyPatch) -> None:
    """A replay that left a frame out altogether would burn them longer."""
    before: list[Call] = [Reset(3), *thrust(6), Render(), *thrust(2), Render()]
    after: list[Call] = [*thrust(1), Render(), *thrust(4), Render()]
    assert continues_exactly(BOX2D, DRAWN_LANDER, before, after)
    without(monkeypatch, DRAWN_LANDER, drawn=box2d._draw_nothing)
    assert not continues_exactly(BOX2D, DRAWN_LANDER, before, after)


def test_frames_turn_the_lidar_of_a_walker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each shows another ray."""
    before: list[Call] = [Reset(3), *steps(WALKER, 3), Render(), Render(), Render()]
    assert continues_exactly(BOX2D, DRAWN_WALKER, before, [Render()])
    without(monkeypatch, DRAWN_WALKER, drawn=box2d._draw_nothing)
    assert not continues_exactly(BOX2D, DRAWN_WALKER, before, [Render()])


def test_a_replay_of_a_car_draws_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing takes 30 times as long as all the rest; what is drawn later is the same."""
    live = adopted(BOX2D, DRAWN_CAR, [*episodes(CAR, [4]), Render()])
    body = live.capture()
    car = type(live.env.unwrapped)
    drawn = counted(monkeypatch, car, "_render")
    other = restored(BOX2D, DRAWN_CAR, body)
    assert drawn == []
    assert same_answers(live, other, [Render(), *steps(CAR, 2), Render()])
    assert drawn


def test_what_wrappers_draw_from_the_generator_is_replayed(monkeypatch: pytest.MonkeyPatch) -> None:
    """StickyAction draws between the environment's own draws."""
    recipe = Recipe(
        "LunarLander-v3", wrappers=(WrapperRecipe("StickyAction", {"repeat_action_probability": 0.5}),), seed=1
    )
    before, after = [Reset(3), *steps(LANDER, 20)], steps(LANDER, 20, seed=5)
    assert continues_exactly(BOX2D, recipe, before, after)
    monkeypatch.setattr(replay.ReplaySubject, "_set_generators", lambda self, states: None)
    with pytest.raises(SnapshotDiverged, match="came out differently"):
        continues_exactly(BOX2D, recipe, before, after)


def test_what_wrappers_remember_of_earlier_episodes_is_carried(monkeypatch: pytest.MonkeyPatch) -> None:
    """NormalizeObservation's statistics begin where no replay does."""
    recipe = Recipe("LunarLander-v3", wrappers=(WrapperRecipe("NormalizeObservation"),), seed=1)
    before, after = episodes(LANDER, [30, 20, 10]), steps(LANDER, 20, seed=5)
    assert continues_exactly(BOX2D, recipe, before, after)
    forgetful = {path: () if "Normalize" in path else state for path, state in WRAPPER_STATE.items()}
    monkeypatch.setattr(replay, "WRAPPER_STATE", forgetful)
    assert not continues_exactly(BOX2D, recipe, before, after)


@pytest.mark.parametrize("autoreset", ["NextStep", "SameStep"])
def test_a_journal_begins_anew_within_a_step_that_resets(autoreset: Any) -> None:
    """Else it would grow for ever, for nobody calls `reset`."""
    recipe = Recipe("LunarLander-v3", autoreset=autoreset, seed=1)
    live = adopted(BOX2D, recipe, [Reset(3)])
    lengths = []
    for call in steps(LANDER, 300):
        live.apply(call)
        lengths.append(len(live.calls))
    assert max(lengths) < 200
    assert same_answers(live, restored(BOX2D, recipe, live.capture()), steps(LANDER, 150, seed=8))


def test_a_wrapper_that_resets_while_it_is_made_is_exact() -> None:
    """AddRenderObservation does, with what its environment's generator then draws from the system."""
    recipe = Recipe("BipedalWalker-v3", render_mode="rgb_array", wrappers=(WrapperRecipe("AddRenderObservation"),))
    after: list[Call] = [*steps(WALKER, 3), RESET, *steps(WALKER, 3)]
    assert continues_exactly(BOX2D, recipe, [], after)
    assert continues_exactly(BOX2D, recipe, steps(WALKER, 3), after)
    assert continues_exactly(BOX2D, recipe, [*steps(WALKER, 3), RESET, RESET], after)


@pytest.mark.parametrize("recipe", [WALKER, COLOURED_CAR])
def test_where_the_worlds_memory_is_not_known_a_journal_begins_at_construction(
    recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is exact, and when it is full a reset does not help."""
    monkeypatch.setattr(box2d, "layout_is_known", lambda: False)
    before, after = episodes(recipe, [4, 3]), episodes(recipe, [4])
    assert continues_exactly(BOX2D, recipe, before, after)
    live = adopted(BOX2D, recipe, before)
    assert len(live.calls) == len(before)
    monkeypatch.setattr(replay, "LONGEST_REPLAY_S", 0.0)
    for call in (RESET, *steps(recipe, 1)):
        with pytest.raises(JournalFull, match="create it anew"):
            live.apply(call)


def test_a_step_past_the_bound_is_refused_and_a_reset_is_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The call is refused before it is made: the environment is as it was."""
    live = adopted(BOX2D, DRAWN_LANDER, [Reset(3), *thrust(5)])
    body = live.capture()
    monkeypatch.setattr(replay, "LONGEST_REPLAY_S", 0.0005)
    for call in (*thrust(1), Render()):
        with pytest.raises(JournalFull, match=r"6 calls since its last reset.*; reset it") as raised:
            live.apply(call)
        assert raised.value.evidence["calls"] == 6
    assert live.capture() == body
    monkeypatch.setattr(replay, "LONGEST_REPLAY_S", 5.0)
    assert same_answers(live, restored(BOX2D, DRAWN_LANDER, body), [*thrust(2), RESET, *thrust(2)])


def test_actions_past_the_bound_on_bytes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are stored with every call."""
    live = adopted(BOX2D, WALKER, [Reset(3), *steps(WALKER, 5)])
    monkeypatch.setattr(replay, "LARGEST_JOURNAL_BYTES", 100)
    with pytest.raises(JournalFull):
        live.apply(steps(WALKER, 1)[0])
    live.apply(RESET)


def test_flames_that_nobody_draws_are_counted() -> None:
    """They make each step of a LunarLander with a render mode slower than the last."""
    drawn = adopted(BOX2D, DRAWN_LANDER, [Reset(3), *thrust(300)])
    assert drawn.core.replay_s() > 2 * adopted(BOX2D, LANDER, [Reset(3), *thrust(300)]).core.replay_s()


def test_a_used_environment_catches_up_with_the_new_calls_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process has gone on with the same episode."""
    mine = adopted(BOX2D, LANDER, [Reset(3), *steps(LANDER, 30)])
    theirs = restored(BOX2D, LANDER, mine.capture())
    for call in steps(LANDER, 10, seed=4):
        theirs.apply(call)
    made = counted(monkeypatch, box2d._Box2DCore, "perform")
    env = mine.env
    mine.restore(theirs.capture())
    assert len(made) == 10
    assert mine.env is env
    assert mine.capture() == theirs.capture()
    assert same_answers(mine, theirs, [*steps(LANDER, 10, seed=6), RESET])


@pytest.mark.parametrize("recipe", [DRAWN_LANDER, WALKER])
def test_a_used_environment_takes_any_other_state(recipe: Recipe) -> None:
    """One that is before its own, and one of another history."""
    mine = adopted(BOX2D, recipe, episodes(recipe, [20, 5]))
    earlier = adopted(BOX2D, recipe, episodes(recipe, [20, 4]))
    other = adopted(BOX2D, recipe, episodes(recipe, [9], seed=8))
    for subject in (earlier, other):
        mine.restore(subject.capture())
        assert same_answers(mine, subject, [*steps(recipe, 15, seed=6), RESET, *steps(recipe, 5)])


def test_a_replay_that_comes_out_differently_is_seen() -> None:
    """On another kind of machine the last bits of a sine may differ."""
    live = adopted(BOX2D, LANDER, [Reset(3), *steps(LANDER, 20)])
    live.core.fingerprint = lambda: [0.0] * 6
    with pytest.raises(SnapshotDiverged, match="came out differently"):
        restored(BOX2D, LANDER, live.capture())


def test_an_unchanged_environment_gives_the_same_bytes() -> None:
    """A frame of a car changes nothing."""
    live = adopted(BOX2D, DRAWN_CAR, [Reset(3)])
    body = live.capture()
    assert live.capture() == body
    assert restored(BOX2D, DRAWN_CAR, body).capture() == body


def test_the_environments_of_a_vector_are_exact() -> None:
    """Each has a journal, and its spaces stay the vector's."""
    check_snapshot("LunarLander-v3", num_envs=2, **SHORT)


def test_closing_leaves_pygame_to_the_others() -> None:
    """CarRacing needs its fonts."""
    import pygame

    pygame.font.init()
    live = adopted(BOX2D, CAR, [Reset(3)])
    live.close()
    adopted(BOX2D, DRAWN_LANDER, [Reset(3), Render()]).close()
    assert pygame.font.get_init()


def test_bodies_that_hold_themselves_are_let_go() -> None:
    """A car's tiles are their own user data: left in the world, 300 of them leak with every car."""
    live = adopted(BOX2D, CAR, [Reset(3)])
    tile = live.env.unwrapped.road[0]
    held = sys.getrefcount(tile)
    live.close()
    assert sys.getrefcount(tile) < held


def test_other_classes_and_unknown_wrappers_are_not_claimed() -> None:
    """A subclass may keep more."""
    import gymnasium
    from gymnasium.envs.box2d.lunar_lander import LunarLander

    class Mine(LunarLander):
        pass

    assert BOX2D.suits(make(LANDER))
    assert not BOX2D.suits(Mine())
    assert not BOX2D.suits(gymnasium.wrappers.TransformReward(make(LANDER), lambda reward: reward))
    assert not BOX2D.suits(make(Recipe("CartPole-v1")))
