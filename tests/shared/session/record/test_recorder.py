"""A recorder notes all that one operation calls, and a step as `digest_of` would tell it."""

from typing import Any

import numpy as np
import pytest

from shared.codec.plain import NotPlain
from shared.session.record.digest import digest_of
from shared.session.record.entries import entry_of
from shared.session.record.reader import entries_in
from shared.session.record.recorder import Recorder, packed_action
from shared.session.stored.progress import Progress
from shared.snapshot.contract.calls import Reseed


class Captured:
    """A subject whose state is a text."""

    env: Any = None

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def capture(self) -> bytes:
        if self.error is not None:
            raise self.error
        return b"state"


@pytest.mark.parametrize(
    "observation",
    [np.ones(3, np.float32), np.ones(3), np.ones((2, 3), np.uint8), np.int64(4), {"agent": np.ones(2)}],
    ids=str,
)
@pytest.mark.parametrize("info", [{}, {"prob": 0.5}])
def test_the_quick_way_and_the_general_one_give_one_digest(observation: Any, info: Any) -> None:
    recorder = Recorder()
    recorder.step(np.int64(1), None, (observation, 1.0, False, False, info))
    [entry] = entries_in(entry_of(0, recorder.calls))
    assert entry.calls[0].digest == digest_of(observation, info)


def test_an_action_is_noted_as_it_was_before_the_step() -> None:
    action = np.array([0.5], np.float32)
    recorder, packed = Recorder(), packed_action(action)
    action[0] = 9
    recorder.step(action, packed, (np.ones(1), 1.0, False, False, {}))
    [entry] = entries_in(entry_of(0, recorder.calls))
    assert entry.calls[0].argument == np.float32(0.5)


def test_a_keyframe_is_taken_once_in_fifty_milliseconds_of_replay() -> None:
    recorder = Recorder()
    recorder.begin(40_000)
    for milliseconds in (0, 5, 11, 12, 60, 62):
        recorder.mark(milliseconds / 1000, Captured(), Progress())  # type: ignore[arg-type]
        recorder.step(np.int64(1), None, (np.ones(1), 1.0, False, False, {}))
    assert [taken.k for taken in recorder.taken] == [2, 5]


def test_a_state_that_cannot_be_written_now_is_taken_later() -> None:
    recorder = Recorder()
    recorder.step(np.int64(1), None, (np.ones(1), 1.0, False, False, {}))
    recorder.mark(1.0, Captured(NotPlain("between two states")), Progress())  # type: ignore[arg-type]
    recorder.mark(1.1, Captured(), Progress())  # type: ignore[arg-type]
    assert len(recorder.taken) == 1


def test_a_call_that_has_no_form_in_a_log_is_refused() -> None:
    with pytest.raises(NotPlain):
        Recorder().call(Reseed(1, (0,)), None)


def test_what_was_noted_has_a_size() -> None:
    recorder = Recorder()
    recorder.step(np.int64(1), None, (np.ones(3), 1.0, False, False, {}))
    calls = recorder.size
    assert calls == len(recorder.calls[0])
    recorder.mark(1.0, Captured(), Progress())  # type: ignore[arg-type]
    assert recorder.size == calls + len(recorder.taken[0].body)


def test_nothing_is_left_of_the_operation_before() -> None:
    recorder = Recorder()
    recorder.step(np.int64(1), None, (np.ones(1), 1.0, False, False, {}))
    recorder.mark(1.0, Captured(), Progress())  # type: ignore[arg-type]
    recorder.begin(0)
    assert (recorder.calls, recorder.taken, [*recorder.marks]) == ([], [], [])
