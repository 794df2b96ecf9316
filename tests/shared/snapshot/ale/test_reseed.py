"""Forks of an Atari game that are reseeded have sticky actions of their own, and are exact all the same."""

from typing import Any

import numpy as np
import pytest

from shared.codec import plain
from shared.errors import SnapshotCorrupt, SnapshotDiverged
from shared.snapshot.ale.mechanism import AleSubject
from shared.snapshot.ale.recorder import RecordedInterface
from shared.snapshot.ale.system_state import SystemState
from shared.snapshot.contract.calls import Reseed, Reset, Step
from tests.shared.snapshot.ale.subjects import emulator_of, ids, play, prepare, subject_of

pytest.importorskip("ale_py")

FEW = ("ALE/Breakout-v5", "ALE/Pong-v5", "ALE/TicTacToe3D-v5", "ALE/YarsRevenge-v5")


@pytest.fixture(autouse=True)
def _prepared() -> None:
    prepare()


def forks_of(body: bytes, entropy: int, env_id: str = "ALE/Pong-v5") -> list[AleSubject]:
    """Three of them, as the service makes them."""
    forks = [subject_of(env_id, 9) for _ in range(3)]
    for number, fork in enumerate(forks):
        fork.restore(body)
        fork.apply(Reseed(entropy, (number,)))
    return forks


def played(env_id: str = "ALE/Pong-v5", steps: int = 33) -> AleSubject:
    """A game under way."""
    subject = subject_of(env_id, 3)
    play(subject, steps)
    return subject


def test_forks_under_the_same_actions_go_apart_and_each_seed_goes_its_own_way() -> None:
    """The same seed goes the same way again; the game's numpy generators would leave Pong as it was."""
    body = played().capture()
    ways = [play(fork, 60) for fork in forks_of(body, 5)]
    assert ways == [play(fork, 60) for fork in forks_of(body, 5)]
    others = [play(fork, 60) for fork in forks_of(body, 6)]
    everything = [str(way) for way in ways + others]
    assert len(set(everything)) == 6


def test_a_reseeding_changes_neither_the_picture_nor_the_action_in_effect() -> None:
    """With a stickiness of 1 the first action of all stays in effect, whatever is drawn."""
    subject, twin = (subject_of("ALE/Pong-v5", 3, repeat_action_probability=1.0) for _ in range(2))
    for each in (subject, twin):
        play(each, 33)
    subject.apply(Reseed(5, (0,)))
    assert np.array_equal(emulator_of(subject).getScreen(), emulator_of(twin).getScreen())
    assert play(subject, 40) == play(twin, 40)


def test_the_generator_is_as_ale_seeds_it() -> None:
    """With the number that comes after those of numpy's generators, of which Pong has three."""
    subject = played()
    subject.apply(Reseed(5, (2,)))
    [seed] = np.random.SeedSequence(5, spawn_key=(2, 3)).generate_state(1)
    emulator = emulator_of(subject)
    found = emulator.state().generator
    emulator.ale.setInt("random_seed", int(np.int32(np.uint32(seed))))
    emulator.ale.loadROM(emulator.rom)
    assert found == SystemState.of(emulator.ale.cloneSystemState().serialize()).generator


def reseeded_at_any_time(env_id: str, trials: int) -> None:
    """A reseeded game in another emulator, at points before, at and after the next keyframes."""
    subject, other = subject_of(env_id, 3), subject_of(env_id, 4)
    random = np.random.default_rng(1)
    for trial in range(trials):
        play(subject, int(random.integers(12)), trial)
        if random.random() < 0.6:
            subject.apply(Reseed(trial, (0,)))
        if random.random() < 0.2:
            subject.apply(Reset())
        body = subject.capture()
        other.restore(body)
        assert other.capture() == body
        assert play(other, 9, trial) == play(subject, 9, trial)


@pytest.mark.parametrize("env_id", FEW)
def test_a_reseeded_game_is_exact(env_id: str) -> None:
    reseeded_at_any_time(env_id, 10)


@pytest.mark.slow
@pytest.mark.parametrize("env_id", ids())
def test_every_reseeded_game_is_exact(env_id: str) -> None:
    reseeded_at_any_time(env_id, 24)


def test_a_restore_that_forgets_the_reseeding_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof that the tests before this one see it."""
    subject = played()
    subject.apply(Reseed(5, (0,)))
    play(subject, 2)
    body = subject.capture()
    repeat: Any = RecordedInterface._repeat
    monkeypatch.setattr(
        RecordedInterface,
        "_repeat",
        lambda self, recording, **kwargs: repeat(self, recording._replace(reseeds={}), **kwargs),
    )
    with pytest.raises(SnapshotDiverged, match="and came to another state"):
        subject_of("ALE/Pong-v5", 4).restore(body)


@pytest.mark.parametrize("acted", [False, True])
def test_a_game_reseeded_after_its_end_is_exact(acted: bool) -> None:
    """ALE emulates nothing then, but the next episode goes on with the generator."""
    subject, other = (subject_of("ALE/Pong-v5", seed, max_num_frames_per_episode=10) for seed in (3, 4))
    for _ in range(4 + acted):
        result = subject.apply(Step(2))
    assert result[3]
    subject.apply(Reseed(5, (0,)))
    other.restore(subject.capture())
    for each in (subject, other):
        each.apply(Step(3))
        each.apply(Reset())
    assert other.capture() == subject.capture()
    assert play(other, 20) == play(subject, 20)


@pytest.mark.parametrize("reseeds", [b"1234567", [1], None, bytes(4) + b"\x01" + bytes(3)])
def test_a_snapshot_with_other_reseedings_than_are_written_is_refused(reseeds: Any) -> None:
    subject = played()
    layers, seed, packed, presses, _, *rest = plain.loads(subject.capture())
    with pytest.raises((SnapshotCorrupt, SnapshotDiverged)):
        subject.restore(plain.dumps([layers, seed, packed, presses, reseeds, *rest]))
