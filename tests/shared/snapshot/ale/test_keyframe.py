"""A keyframe comes back from plain data, for an emulator of its own game alone."""

from typing import Any

import pytest

from shared.errors import SnapshotCorrupt
from shared.snapshot.ale.keyframe import Keyframe, Origin
from shared.snapshot.ale.sticky_action import Press
from shared.snapshot.ale.system_state import SystemState
from tests.shared.snapshot.ale.subjects import emulator_of, play, prepare, subject_of

pytest.importorskip("ale_py")


@pytest.fixture(scope="module")
def state() -> SystemState:
    prepare()
    subject = subject_of("ALE/Pong-v5", 3)
    play(subject, 20)
    found: SystemState = emulator_of(subject).state()
    return found


@pytest.fixture
def keyframe(state: SystemState) -> Keyframe:
    return Keyframe(Origin.RUNNING, state, Press(3, 0.5))


def test_a_keyframe_comes_back_from_plain_data(keyframe: Keyframe, state: SystemState) -> None:
    """In a tenth of what ALE serializes, apart from its generator."""
    packed = keyframe.packed(state.system_generator)
    found = Keyframe.unpacked(packed, state)
    assert (found.origin, found.state, found.effective) == (Origin.RUNNING, state, Press(3, 0.5))
    assert len(packed[3]) < len(state.head) / 10


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (0, 7, "cannot be read"),
        (1, "up", "not of the form"),
        (3, b"no zlib", "cannot be read"),
        (4, b"no generator", "cannot be read"),
    ],
)
def test_data_of_no_keyframe_are_refused(
    place: int, value: Any, message: str, keyframe: Keyframe, state: SystemState
) -> None:
    packed = [*keyframe.packed(state.system_generator)]
    packed[place] = value
    with pytest.raises(SnapshotCorrupt, match=message):
        Keyframe.unpacked(packed, state)
