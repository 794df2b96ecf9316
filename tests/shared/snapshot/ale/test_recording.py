"""A recording comes back from plain data, and joins what its keyframes recorded."""

import pytest

from shared.errors import SnapshotCorrupt
from shared.snapshot.ale.keyframe import Keyframe, Origin
from shared.snapshot.ale.recording import Recording
from shared.snapshot.ale.sticky_action import Press
from shared.snapshot.ale.system_state import SystemState
from tests.shared.snapshot.ale.subjects import emulator_of, prepare, subject_of

pytest.importorskip("ale_py")


@pytest.fixture(scope="module")
def state() -> SystemState:
    prepare()
    found: SystemState = emulator_of(subject_of("ALE/Pong-v5", 3)).state()
    return found


def test_a_recording_joins_what_its_keyframes_recorded(state: SystemState) -> None:
    """Presses in order, and each reseeding at the number of presses before it."""
    first, second = (Keyframe(Origin.RUNNING, state, Press(0, 1.0)) for _ in range(2))
    for action in range(16):
        first.presses.append(action, 1.0)
    second.presses.append(17, 1.0)
    first.reseeds[2], second.reseeds[1] = 11, 12
    recording = Recording.since(5, [first, second], None, b"digest")
    found = Recording.unpacked(recording.packed(state.system_generator), state)
    assert [found.presses[frame].action for frame in range(len(found.presses))] == [*range(16), 17]
    assert found.reseeds == {2: 11, 17: 12}
    assert (found.random_seed, found.idle_generator, found.digest) == (5, None, b"digest")


def test_the_generator_of_a_game_that_is_over_comes_back(state: SystemState) -> None:
    """ALE draws from it without a frame that could be repeated."""
    recording = Recording.since(5, [Keyframe(Origin.RESET, state, Press(0, 1.0))], state.generator, b"")
    packed = recording.packed(state.system_generator)
    assert Recording.unpacked(packed, state).idle_generator == state.generator
    packed[4] = b"four"
    with pytest.raises(SnapshotCorrupt, match="a generator is 624 words"):
        Recording.unpacked(packed, state)


@pytest.mark.parametrize("reseeds", [b"1234567", b"123456789"])
def test_reseedings_that_are_cut_short_are_refused(reseeds: bytes, state: SystemState) -> None:
    recording = Recording.since(5, [Keyframe(Origin.RESET, state, Press(0, 1.0))], None, b"")
    packed = recording.packed(state.system_generator)
    packed[3] = reseeds
    with pytest.raises(SnapshotCorrupt, match="cannot be read"):
        Recording.unpacked(packed, state)
