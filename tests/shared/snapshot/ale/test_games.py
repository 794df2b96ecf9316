"""Every game, in every form: what takes minutes."""

from typing import Any

import numpy as np
import pytest

from shared.snapshot.conformance.check import check_snapshot
from shared.snapshot.contract.calls import Reset, Step
from shared.snapshot.contract.recipe import Recipe, WrapperRecipe
from shared.snapshot.making.make import make
from tests.shared.snapshot.ale.subjects import OTHERS, follow, ids, misplace_masks, play, shown_masks, subject_of

ale_py = pytest.importorskip("ale_py")
pytestmark = pytest.mark.slow

SHOWN = ("rgb", "ram", "grayscale")
GAMES = ("Berzerk", "Breakout", "Pong", "Qbert", "Surround", "Tetris")
FORMS: dict[str, tuple[str, dict[str, Any]]] = {
    **{shown: ("ALE/{}-v5", {"kwargs": {"obs_type": shown}}) for shown in SHOWN},
    "stickier": ("ALE/{}-v5", {"render_mode": "rgb_array", "kwargs": {"repeat_action_probability": 0.7}}),
    "continuous": ("ALE/{}-v5", {"render_mode": "rgb_array_list", "kwargs": {"continuous": True}}),
    "all actions": ("ALE/{}-v5", {"kwargs": {"full_action_space": True}, "autoreset": "SameStep"}),
    "cut short": ("ALE/{}-v5", {"kwargs": {"max_num_frames_per_episode": 60}, "autoreset": "NextStep"}),
    "other mode": ("ALE/{}-v5", {"kwargs": {"mode": -1, "difficulty": -1}}),
    "a vector": ("ALE/{}-v5", {"num_envs": 2, "chain": 20}),
    "delayed": ("ALE/{}-v5", {"wrappers": (WrapperRecipe("DelayObservation", {"delay": 3}),)}),
}
LEGACY: dict[str, tuple[str, dict[str, Any]]] = {
    "v0": ("{}-v0", {}),
    "v4": ("{}-v4", {"render_mode": "rgb_array"}),
    "every frame": ("{}NoFrameskip-v0", {}),
    "preprocessed": (
        "{}NoFrameskip-v4",
        {
            "wrappers": (
                WrapperRecipe("AtariPreprocessing", {"terminal_on_life_loss": True}),
                WrapperRecipe("FrameStackObservation", {"stack_size": 4}),
                WrapperRecipe("RecordEpisodeStatistics"),
            )
        },
    ),
}
CASES = [(game, *form) for game in GAMES for form in FORMS.values()] + [
    (game, *form) for game in GAMES[:4] for form in LEGACY.values()
]


@pytest.mark.parametrize(("number", "env_id"), list(enumerate(ids())))
def test_every_game_is_exact(number: int, env_id: str) -> None:
    """A third of them each in colours, in grey and as memory."""
    report = check_snapshot(
        env_id,
        kwargs={"obs_type": SHOWN[number % 3]},
        max_episode_steps=25,
        modules=("ale_py",),
        chain=25,
    )
    assert report.mechanism == "ale"
    assert report.bytes < 10_240


@pytest.mark.parametrize(("game", "env_id", "recipe"), CASES)
def test_six_games_are_exact_in_every_form(game: str, env_id: str, recipe: dict[str, Any]) -> None:
    """In a chain of 100 too. Of modes and difficulties the last is taken that there is."""
    kwargs = dict(recipe.get("kwargs", {}))
    if "mode" in kwargs:
        ale = make(Recipe(env_id.format(game))).unwrapped.ale
        kwargs = {"mode": ale.getAvailableModes()[-1], "difficulty": ale.getAvailableDifficulties()[-1]}
    given = {"max_episode_steps": 25, "modules": ("ale_py",), **recipe, "kwargs": kwargs}
    assert check_snapshot(env_id.format(game), **given).mechanism == "ale"


@pytest.mark.parametrize("env_id", ids())
def test_what_is_hidden_is_brought_back_in_every_game(env_id: str) -> None:
    """Into an emulator in which it was quite different."""
    subject, other = subject_of(env_id, 3), subject_of(env_id, 4)
    for trial in range(6):
        play(subject, 1 + 17 * trial, trial)
        body = subject.capture()
        misplace_masks(other)
        other.restore(body)
        assert other.capture() == body
        assert shown_masks(other) == shown_masks(subject)
        for each in (subject, other):
            each.restore(body)
        assert play(other, 10, trial) == play(subject, 10, trial)


@pytest.mark.parametrize("env_id", ids())
def test_a_seeded_reset_of_every_game_is_ales_own(env_id: str) -> None:
    """Though it does not load the game."""
    subject, env = subject_of(env_id, 3), make(Recipe(env_id))
    for seed in (5, 6):
        play(subject, 60)
        found, expected = subject.apply(Reset(seed)), env.reset(seed=seed)
        assert found[1] == expected[1]
        assert np.array_equal(found[0], expected[0])
        for action in [1, 2, 0, 3, 3, 1, 2, 2] * 6:
            action %= subject.env.action_space.n  # type: ignore[attr-defined]
            ours, theirs = subject.apply(Step(action)), env.step(action)
            assert ours[1:] == theirs[1:]
            assert np.array_equal(ours[0], theirs[0])


@pytest.mark.parametrize("stickiness", [0.0, 0.25, 0.9, 1.0])
@pytest.mark.parametrize("game", GAMES[:5])
def test_500_restores_of_sticky_games_do_not_diverge(game: str, stickiness: float) -> None:
    """Five games for each probability, a hundred restores for each game."""
    follow(f"ALE/{game}-v5", 100, repeat_action_probability=stickiness)


@pytest.mark.parametrize("env_id", OTHERS)
def test_ale_does_not_restore_what_it_saved_of_the_games_that_are_refused(env_id: str) -> None:
    """A release that does fails here, and the game can be carried."""
    env = make(Recipe(env_id))
    env.reset(seed=1)
    lost = 0
    for number in range(300):
        env.step(number // 7 % env.action_space.n)
        saved = env.unwrapped.ale.cloneSystemState()
        env.unwrapped.ale.restoreSystemState(saved)
        lost += not saved.equals(env.unwrapped.ale.cloneSystemState())
    assert lost
