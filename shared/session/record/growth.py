"""How a log goes on: with an entry for each revision, with a switch, and with a state that no call has made."""

import os
from typing import Literal, NamedTuple

import msgspec

from shared.session.record import entries
from shared.session.record.recorder import Recorder
from shared.session.stored.header import UNREPLAYABLE_US, Header, Log

Switch = Literal["on", "off", "anew"]
"""Recording begins, ends, or begins anew and forgets what was."""

_BIRTH_BYTES = 8


class Switching(NamedTuple):
    """What an operation makes of an instance's log."""

    to: Switch
    name: str | None = None
    """The recording's name from now on; None leaves it."""


def begun(revision: int) -> Log:
    """A log that begins at the revision: the next one has its first entry."""
    return Log(os.urandom(_BIRTH_BYTES).hex(), after=revision, replay_us=UNREPLAYABLE_US)


def begun_like(origin: Header) -> Log | None:
    """The log of a new instance that continues another: it records if that one does."""
    return begun(0) if origin.log is not None and origin.log.on else None


def grown(log: Log, before: float, used: float, recorder: Recorder) -> Log:
    """The log with an entry of what was recorded, at the time `used`; the one before was at `before`."""
    if recorder.drawn is not None:
        recorder.flush()
    ms = int(used * 1000) - int(before * 1000)
    calls, marks = recorder.calls, recorder.marks
    if len(calls) == 1 and ms < 128 and not marks:
        entry = entries.SHORT[ms] + calls[0]
    else:
        entry = entries.entry_of(ms, calls, marks)
    replay_us = log.replay_us + recorder.replay_us
    return Log(log.birth, log.tail + entry, log.after, log.previous, log.keyframe, replay_us, -1, log.tally)


def restored(log: Log, before: float, used: float, what: str) -> Log:
    """The log after the instance was restored, to a checkpoint or to a revision."""
    call = entries.restore_of(what)
    entry = entries.entry_of(int(used * 1000) - int(before * 1000), [call])
    return msgspec.structs.replace(log, tail=log.tail + entry, replay_us=UNREPLAYABLE_US)


def switched(log: Log | None, switch: Switch, revision: int) -> Log | None:
    """The log after a switch that made the revision; `log` has the revision's own entry if it was on."""
    if log is None:
        return begun(revision) if switch == "on" else None
    if switch == "anew":
        return begun(revision) if log.on else None
    if switch == "off":
        return msgspec.structs.replace(log, until=revision) if log.on else log
    return log if log.on else msgspec.structs.replace(log, replay_us=UNREPLAYABLE_US)
