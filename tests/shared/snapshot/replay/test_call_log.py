"""A call log gives back what was added to it, and what it has sealed does not change."""

from typing import Any

import numpy as np
import pytest

from shared.codec.plain import NotPlain
from shared.errors import SnapshotCorrupt
from shared.snapshot.contract.calls import Render, Reset, Step
from shared.snapshot.contract.digest import digest
from shared.snapshot.replay.call_log import CHUNK_BYTES, CallLog, Drawn, Event, encoded


def log_of(events: list[Event]) -> CallLog:
    calls = CallLog()
    for event in events:
        calls.append(encoded(event))
    return calls


def bits(events: list[Any]) -> list[str]:
    return [digest(event.action) if isinstance(event, Step) else repr(event) for event in events]


EVENTS: list[Event] = [
    Reset(),
    Reset(2**70, {"low": -0.5, "place": [1, None]}),
    Step(np.int64(3)),
    Step(np.array([0.1, -0.0], np.float32)),
    Step(np.asfortranarray(np.ones((2, 3)))),
    Step((np.int64(1), {"go": "left"})),
    Step(2),
    Render(),
    Drawn(b"\x00\xff"),
]


def test_every_event_comes_back_with_every_bit() -> None:
    """Also a step's scalar as a scalar of its own type, for with another the environment's own sums differ."""
    events = EVENTS * 100
    found = CallLog.of(log_of(events).parts())
    assert len(found) == len(events)
    assert bits(found.events()) == bits(events)


def test_an_action_is_as_it_was_when_it_was_made() -> None:
    """An environment may write into the array that it was given."""
    action = np.zeros(2, np.float32)
    calls = log_of([Step(action)])
    action += 1
    assert bits(calls.events()) == bits([Step(np.zeros(2, np.float32))])


def test_only_the_end_of_a_log_changes() -> None:
    """What is sealed is written again with every call, and must not be made again."""
    calls = CallLog()
    sealed = b""
    for count in range(2000):
        calls.append(encoded(Step(np.int64(count % 4))))
        now, _, tail = calls.parts()
        assert now.startswith(sealed)
        assert len(tail) <= CHUNK_BYTES
        sealed = now
    assert calls.size < 2000 * 4


def test_a_log_from_elsewhere_grows_as_it_would_have_there() -> None:
    """Two processes that take turns write the same bytes as one."""
    here, there = CallLog(), CallLog()
    for count in range(1500):
        event = encoded(Step(np.array([count], np.float32)))
        here.append(event)
        there = CallLog.of(there.parts()) if count % 100 == 0 else there
        there.append(event)
    assert here.parts() == there.parts()


def test_a_log_continues_its_beginnings_and_no_other() -> None:
    """Also where the beginning ended within what is sealed now."""
    events: list[Event] = [Step(np.int64(count)) for count in range(900)]
    long = log_of(events)
    for length in (0, 1, 240, 500, 899, 900):
        assert long.continues(log_of(events[:length]))
    assert not long.continues(log_of([*events, Render()]))
    assert not long.continues(log_of([*events[:500], Render()]))


def test_what_is_not_plain_data_is_refused_before_the_call() -> None:
    """It could not be made again."""
    with pytest.raises(NotPlain):
        encoded(Step(object()))


@pytest.mark.parametrize(
    "parts",
    [[], [b"", 0], [b"x", 0, b""], [b"", 1, b""], [b"", 1, b"\x91\x09"], [b"\x01\0\0\0\x01\0\0\0x", 0, b""]],
)
def test_parts_of_no_log_are_refused(parts: Any) -> None:
    """They are not one of the service's own, or of another version."""
    with pytest.raises(SnapshotCorrupt):
        CallLog.of(parts).events()
