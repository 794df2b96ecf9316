"""A recorded emulator brings back what ALE's own state leaves out."""

import random
from typing import Any

import numpy as np
import pytest

from shared.errors import NotExact, SnapshotDiverged
from shared.snapshot.ale.recorder import RecordedInterface
from shared.snapshot.ale.sticky_action import NOOP
from shared.snapshot.ale.system_state import SystemState
from shared.snapshot.contract.calls import Render, Reset, Step
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.make import make
from tests.shared.snapshot.ale.subjects import (
    emulator_of,
    follow,
    misplace_masks,
    play,
    prepare,
    shown_masks,
    subject_of,
)

pytest.importorskip("ale_py")


@pytest.fixture(autouse=True)
def _prepared() -> None:
    prepare()


def test_a_picture_right_after_a_restore_is_the_one_before_it() -> None:
    """ALE's own restore leaves the old one."""
    subject, other = (subject_of("ALE/Pong-v5", seed, render_mode="rgb_array") for seed in (3, 4))
    play(subject, 30)
    other.restore(subject.capture())
    assert np.array_equal(other.apply(Render()), subject.apply(Render()))
    play(subject, 30)
    emulator_of(other).set_state(emulator_of(subject).state())
    assert not np.array_equal(other.apply(Render()), subject.apply(Render()))


def test_the_action_in_effect_is_carried() -> None:
    """It is not in ALE's state; where it is taken for the last action pressed, restores are refused."""
    follow("ALE/Pong-v5", 40)


def test_without_the_action_in_effect_a_restore_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof that the test before this one sees it."""
    settle = RecordedInterface._settle
    monkeypatch.setattr(RecordedInterface, "_settle", lambda self, machine, _: settle(self, machine, NOOP))
    with pytest.raises(SnapshotDiverged, match="and came to another state"):
        follow("ALE/Pong-v5", 40)


@pytest.mark.parametrize("looked_up", [True, False])
def test_what_the_tia_points_to_is_brought_back(looked_up: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hangman never places its missiles, so that no frame of it would bring them back; nothing shows it either."""
    if not looked_up:
        monkeypatch.setattr(SystemState, "settled", lambda self, generator: self._replace(generator=generator))
    subject, other = subject_of("ALE/Hangman-v5", 3), subject_of("ALE/Hangman-v5", 4)
    play(subject, 20)
    misplace_masks(other)
    other.restore(subject.capture())
    assert other.capture() == subject.capture()
    assert (shown_masks(other) == shown_masks(subject)) is looked_up


def think(trials: int) -> None:
    """Tic-Tac-Toe in three dimensions for 400 frames, brought to another emulator after frames that ALE cut off.

    It thinks for longer than the 25,000 instructions that ALE gives a frame, and ALE then goes on in its midst,
    which its state does not tell.
    """
    emulator, other = (emulator_of(subject_of("ALE/TicTacToe3D-v5", seed)) for seed in (8, 2))
    actions, action, found = random.Random(8), emulator.getLegalActionSet()[0], 0
    for frame in range(400):
        if actions.random() < 0.2:
            action = actions.choice(emulator.getLegalActionSet())
        emulator.act(action)
        if frame > 250 and frame % 3 == 0:
            other.restore(emulator.capture())
            found += cut_off(emulator.state())
    assert found >= trials


cut_off: Any = vars(SystemState)["is_cut_off"].fget


def test_a_game_that_thinks_for_longer_than_a_frame_is_exact() -> None:
    """No keyframe is taken inside a frame."""
    think(trials=2)


def test_a_keyframe_inside_a_frame_would_be_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof that the test before this one sees it."""
    monkeypatch.setattr(SystemState, "is_cut_off", property(lambda _: False))
    with pytest.raises(SnapshotDiverged, match="and came to another state"):
        think(trials=2)


def test_steps_after_the_end_are_carried() -> None:
    """ALE emulates nothing then, but draws: the next episode depends on how many there were."""
    subject, other = (subject_of("ALE/Pong-v5", seed, max_num_frames_per_episode=10) for seed in (3, 4))
    for _ in range(5):
        result = subject.apply(Step(2))
    assert result[3]
    other.restore(subject.capture())
    for each in (subject, other):
        each.apply(Step(3))
    assert other.capture() == subject.capture()
    for each in (subject, other):
        each.apply(Reset())
    assert play(other, 20) == play(subject, 20)


@pytest.mark.parametrize(("env_id", "loads"), [("ALE/Pong-v5", 0), ("ALE/Berzerk-v5", 1)])
def test_a_seeded_reset_is_ales_own_and_loads_the_game_only_where_it_must(env_id: str, loads: int) -> None:
    """Loading takes 90 to 300 ms. Berzerk draws actions meanwhile."""
    subject = subject_of(env_id, 3)
    play(subject, 40)
    emulator = emulator_of(subject)
    counted = emulator.ale = _Counted(emulator.ale)
    env = make(Recipe(env_id))
    expected, info = env.reset(seed=5)
    found, found_info = subject.apply(Reset(5))
    assert np.array_equal(found, expected)
    assert found_info == info
    assert counted.loads == loads
    for action in (1, 2, 3, 2, 2, 3, 0, 1) * 5:
        for ours, theirs in zip(subject.apply(Step(action)), env.step(action), strict=True):
            assert np.array_equal(ours, theirs)


class _Counted:
    """Counts how often a game is loaded."""

    def __init__(self, ale: Any) -> None:
        self._ale = ale
        self.loads = 0

    def __getattr__(self, name: str) -> Any:
        self.loads += name == "loadROM"
        return getattr(self._ale, name)


def test_a_game_before_its_first_reset_is_exact() -> None:
    """In an environment that is as new, and in one that was used, where the game is loaded again."""
    subject, new, used = subject_of("ALE/Pong-v5"), subject_of("ALE/Pong-v5"), subject_of("ALE/Pong-v5", 4)
    play(used, 20)
    body = subject.capture()
    expected = [play(subject, 0), subject.apply(Reset())[0].tobytes(), *play(subject, 10)]
    for other in (new, used):
        other.restore(body)
        assert other.capture() == body
        assert [play(other, 0), other.apply(Reset())[0].tobytes(), *play(other, 10)] == expected


def test_a_generator_that_is_drawn_from_otherwise_is_noticed() -> None:
    """By a new ALE, say: the action in effect would not be known any more, so nothing is saved."""
    subject = subject_of("ALE/Pong-v5", 3)
    play(subject, 3)
    emulator_of(subject).ale.act(0, 1.0)  # past the recorder
    with pytest.raises(NotExact, match="drew 34 numbers in 16 frames"):
        play(subject, 3)
