"""Atari environments are exact, and those that would not be are refused."""

from typing import Any

import gymnasium
import pytest

from shared.codec import plain
from shared.errors import SnapshotCorrupt, SnapshotDiverged
from shared.snapshot.ale import mechanism as ale_mechanism
from shared.snapshot.ale.mechanism import ALE
from shared.snapshot.conformance.check import check_snapshot
from shared.snapshot.contract.calls import Render
from shared.snapshot.contract.mechanism import Home
from shared.snapshot.contract.recipe import Recipe, WrapperRecipe
from shared.snapshot.making.make import make
from shared.snapshot.registry import mechanism_for
from tests.shared.snapshot.ale.subjects import (
    OTHERS,
    SHORT,
    play,
    prepare,
    subject_of,
)

pytest.importorskip("ale_py")

DEEPMIND = (
    WrapperRecipe("AtariPreprocessing", {"terminal_on_life_loss": True}),
    WrapperRecipe("FrameStackObservation", {"stack_size": 4}),
    WrapperRecipe("ClipReward", {"min_reward": -1.0, "max_reward": 1.0}),
)


@pytest.fixture(autouse=True)
def _prepared() -> None:
    prepare()


@pytest.mark.parametrize("name", ale_mechanism.PRIVATE_NAMES)
def test_an_atari_environment_has_the_private_name_that_is_read(name: str) -> None:
    """Only an instance has all of them."""
    assert hasattr(make(Recipe("ALE/Pong-v5")).unwrapped, name.rpartition(".")[2])


def test_a_sticky_game_is_exact_in_a_fresh_process() -> None:
    """In under four kilobytes."""
    report = check_snapshot("ALE/Pong-v5", render_mode="rgb_array", **SHORT)
    assert report.mechanism == "ale"
    assert report.bytes < 4096


@pytest.mark.parametrize(
    ("env_id", "recipe"),
    [
        ("Breakout-v4", {"kwargs": {"obs_type": "ram"}, "max_episode_steps": 9}),
        ("BreakoutNoFrameskip-v4", {"wrappers": DEEPMIND, "render_mode": "rgb_array_list"}),
        ("ALE/Pong-v5", {"kwargs": {"continuous": True, "obs_type": "grayscale"}, "autoreset": "SameStep"}),
        ("ALE/Berzerk-v5", {"kwargs": {"mode": 2, "full_action_space": True, "repeat_action_probability": 0.9}}),
        ("ALE/Pong-v5", {"kwargs": {"max_num_frames_per_episode": 30, "difficulty": 1}, "autoreset": "NextStep"}),
    ],
)
def test_a_game_made_otherwise_is_exact(env_id: str, recipe: dict[str, Any], here: pytest.MonkeyPatch) -> None:
    """Random frame skips, wrappers, paddles of varying strength, modes, episodes that ALE cuts short."""
    check_snapshot(env_id, **recipe, **{**SHORT, "episodes": (3,)})


@pytest.mark.parametrize("game", OTHERS)
def test_a_game_whose_state_ale_does_not_keep_whole_is_refused(game: str) -> None:
    """Another mechanism takes it."""
    assert not ALE.suits(make(Recipe(game)))
    assert mechanism_for(make(Recipe(game))) is not ALE


def test_sound_and_unknown_wrappers_are_refused() -> None:
    """The sound of a frame depends on that of all before it."""
    assert not ALE.suits(make(Recipe("ALE/Pong-v5", kwargs={"sound_obs": True})))
    env = make(Recipe("ALE/Pong-v5"))
    assert ALE.suits(env)
    assert not ALE.suits(type("Unknown", (gymnasium.Wrapper,), {})(env))
    assert ALE.home is Home.EITHER


def test_an_unchanged_game_is_captured_in_the_same_bytes_and_a_restored_one_too() -> None:
    """Also after a frame has been shown, and by an environment with another past."""
    subject, other = subject_of("ALE/Qbert-v5", 3, render_mode="rgb_array"), subject_of("ALE/Qbert-v5", 4)
    for steps in (0, 3, 4, 9):
        play(subject, steps)
        body = subject.capture()
        subject.apply(Render())
        assert subject.capture() == body
        play(other, 5)
        other.restore(body)
        assert other.capture() == body


def test_a_snapshot_that_does_not_fit_is_refused() -> None:
    """Of another game, cut short, of another form, or leading elsewhere than it says."""
    subject = subject_of("ALE/Pong-v5", 3)
    play(subject, 10)
    body = subject.capture()
    layers, seed, packed, presses, *rest, digest = plain.loads(body)
    flipped = bytes([digest[0] ^ 1, *digest[1:]])
    for broken, message in {
        body[:-1]: "cannot be read",
        plain.dumps([layers]): "not of the form",
        plain.dumps([b"no", seed, packed, presses, *rest, digest]): "wrappers' state cannot be read",
        plain.dumps([layers, seed, packed[:-1], presses, *rest, digest]): "not of the form",
        plain.dumps([layers, seed, [*packed[:-1], b"four"], presses, *rest, digest]): "a generator is 624 words",
        plain.dumps([layers, seed, packed, presses, *rest, flipped]): "and came to another state",
        plain.dumps([layers, seed, packed, presses[:-10], *rest, digest]): "and came to another state",
        subject_of("ALE/Breakout-v5", 3).capture(): "of another game",
    }.items():
        with pytest.raises((SnapshotCorrupt, SnapshotDiverged), match=message):
            subject.restore(broken)
