"""What an entry is made of comes back from its bytes."""

import math
from typing import Any

import msgspec
import numpy as np
import pytest

from shared.errors import SnapshotCorrupt
from shared.session.record.entries import (
    Entry,
    Kind,
    Mark,
    entry_of,
    number,
    restore_of,
)
from shared.session.record.reader import Reader, entries_in
from shared.session.record.recorder import Recorder, packed_action
from shared.snapshot.contract.calls import Call, Render, Reset, Sample, Step

OBSERVATION = np.zeros(4, np.float32)


def stepped(*steps: tuple[Any, Any, Any, Any]) -> Recorder:
    """A recorder of steps: the action, the reward and the flags of each."""
    recorder = Recorder()
    for action, reward, terminated, truncated in steps:
        result: Any = OBSERVATION, reward, terminated, truncated, {}
        recorder.step(action, packed_action(action), result)
    return recorder


def read(recorder: Recorder, ms: int = 0) -> Entry:
    recorder.flush()
    [entry] = entries_in(entry_of(ms, recorder.calls))
    return entry


@pytest.mark.parametrize(
    "action",
    [
        np.int64(0),
        np.int64(255),
        np.int64(256),
        np.int64(-1),
        3,
        np.array([0.5, -1.5], np.float32),
        (np.int64(1), np.array([1, 0], np.int8)),
        {"arm": np.int64(2)},
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "reward", [1.0, 0.0, -0.0, -1.25, math.inf, np.float64(0.5), 1, [1.0, 2.0], None], ids=str
)
@pytest.mark.parametrize("flags", [(False, False), (True, False), (False, np.True_), ([True], [False])], ids=str)
def test_a_step_comes_back(action: Any, reward: Any, flags: tuple[Any, Any]) -> None:
    [call] = read(stepped((action, reward, *flags))).calls
    assert call.kind == Kind.STEP
    assert (call.reward, call.terminated, call.truncated) == (reward, *flags)
    if isinstance(reward, float):
        assert math.copysign(1, call.reward) == math.copysign(1, reward)
    np.testing.assert_equal(call.argument, action)
    assert type(call.argument) is type(action)


@pytest.mark.parametrize("ms", [0, 127, 128, 86_400_000])
def test_the_milliseconds_come_back(ms: int) -> None:
    assert read(stepped((np.int64(1), 1.0, False, False)), ms).ms == ms


def test_a_step_of_cartpole_takes_twelve_bytes() -> None:
    recorder = stepped((np.int64(1), 1.0, False, False))
    assert len(entry_of(3, recorder.calls)) == 12


@pytest.mark.parametrize(
    ("call", "result"),
    [
        (Reset(), (OBSERVATION, {})),
        (Reset(2**80, {"low": -0.1}), (OBSERVATION, {})),
        (Reset([1, None], None), (OBSERVATION, {})),
        (Sample("observation_space"), OBSERVATION),
        (Sample("action_space", np.array([1, 0], np.int8)), np.int64(0)),
        (Sample("action_space"), np.int64(0)),
        (Render(), np.zeros((2, 2, 3), np.uint8)),
    ],
    ids=str,
)
def test_another_call_comes_back(call: Call, result: Any) -> None:
    recorder = Recorder()
    recorder.call(call, result)
    [recorded] = read(recorder).calls
    np.testing.assert_equal(msgspec.structs.asdict(recorded.call), msgspec.structs.asdict(call))
    assert type(recorded.call) is type(call)


def test_a_drawn_action_is_one_call_with_its_step_and_its_own_without() -> None:
    recorder = Recorder()
    drawn, left = np.int64(1), np.int64(0)
    recorder.call(Sample("action_space"), drawn)
    recorder.step(drawn, None, (OBSERVATION, 1.0, False, False, {}))
    recorder.call(Sample("action_space"), left)
    recorder.step(drawn, None, (OBSERVATION, 1.0, False, False, {}))
    kinds = [call.kind for call in read(recorder).calls]
    assert kinds == [Kind.DRAWN_STEP, Kind.SAMPLE, Kind.STEP]
    assert read(recorder).calls[0].call == Step(drawn)


def test_many_calls_and_keyframes_come_back() -> None:
    recorder = stepped(*[(np.int64(1), 1.0, False, False)] * 300)
    marks = [Mark(0, b"a" * 16), Mark(200, b"b" * 16)]
    [entry, empty] = entries_in(entry_of(500, recorder.calls, marks) + entry_of(0, []))
    assert (entry.ms, len(entry.calls), [*entry.marks]) == (500, 300, marks)
    assert empty == Entry(0, (), [])


def test_a_restore_is_told_and_cannot_be_made_again() -> None:
    [entry] = entries_in(entry_of(1, [restore_of("17")]))
    assert (entry.calls[0].kind, entry.calls[0].argument) == (Kind.RESTORE, "17")
    with pytest.raises(SnapshotCorrupt):
        _ = entry.calls[0].call


@pytest.mark.parametrize("length", range(1, 12))
def test_a_log_that_was_cut_is_refused(length: int) -> None:
    recorder = stepped((np.int64(1), 1.0, False, False))
    entry = entry_of(3, recorder.calls)
    with pytest.raises(SnapshotCorrupt, match="cannot be read"):
        [*entries_in(entry + entry[:length])]


def test_numbers_are_as_short_as_they_can_be() -> None:
    assert [len(number(value)) for value in (0, 127, 128, 16_383, 16_384)] == [1, 1, 2, 2, 3]


def test_plain_steps_are_skipped_with_their_sum_and_nothing_else() -> None:
    long = np.zeros(40)
    steps = [(np.int64(1), 1.0), (long, 0.5), (np.int64(3), 0.0), (long, 1.0), (np.int64(700), 2.5)]
    recorder = stepped(
        *[(action, reward, False, False) for action, reward in steps], (np.int64(0), 1.0, True, False)
    )
    reader = Reader(entry_of(0, recorder.calls))
    assert reader.head() == (0, (), 6)
    assert reader.plain_steps(2, 10.0) == (2, 11.5)
    assert reader.plain_steps(9, 0.0) == (3, 3.5)
    assert reader.call().terminated is True
