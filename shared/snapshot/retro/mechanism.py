"""The mechanism for stable-retro: the emulator's state before the last call, and the call, which is made again.

Not every core shows at once what a state looks like that it was given. So a snapshot also has an earlier state,
most often 16 to 32 calls old, and the calls since: for where the last call, or the memory after it, comes out
differently. The subjects take turns with the one emulator of the process (`replay/alone.py`).
"""

import logging
from typing import Any

import gymnasium

from shared.codec import plain
from shared.errors import SnapshotCorrupt, SnapshotDiverged
from shared.snapshot.contract.calls import Render, Reset, Step
from shared.snapshot.generators.generators import layers
from shared.snapshot.replay.alone import AloneMechanism
from shared.snapshot.replay.call_log import CallLog, encoded
from shared.snapshot.replay.journal import can_be_recorded
from shared.snapshot.replay.replay import ReplayMechanism, ReplaySubject, parts_of
from shared.snapshot.replay.replayable import core_depth
from shared.snapshot.replay.start import Start
from shared.snapshot.retro.core import RetroCore, is_retro

KEYFRAME_EVERY = 16
"""Calls between the states that are kept for where the last one is not enough."""
MOST_CALLS = 256
"""Since the earlier state, where restores come so often that no later one grows old."""

_JOURNAL_PARTS = 6

_log = logging.getLogger(__name__)


class RetroSubject(ReplaySubject):
    """A live environment, whose journal begins some calls before, with the last call's own beginning beside it."""

    core: RetroCore
    takes_over = True
    _newer: tuple[bytes, CallLog] | None = None
    """Where the journal begins once that is far enough in the past, with the calls since. A restore forgets it."""
    _near: tuple[bytes, bytes] | None = None
    """The start of a journal of the last call alone, and the call; None if none was made."""

    def capture(self) -> bytes:
        """See `Subject.capture`."""
        return plain.dumps([*self._captured(), None if self._near is None else [*self._near]])

    def restore(self, body: bytes) -> None:
        """Make the last call again, or some more where it comes out differently.

        Raises:
            SnapshotCorrupt: the bytes are none that this mechanism writes.
            SnapshotDiverged: all of the calls came out differently.
        """
        match parts_of(body):
            case [*journal, None] if len(journal) == _JOURNAL_PARTS:
                self._continue(*journal)
                self._newer = self._near = None
            case [*journal, [bytes(start), bytes(call)]] if len(journal) == _JOURNAL_PARTS:
                self._go_on(start, call, journal)
            case _:
                raise SnapshotCorrupt("The journal in the snapshot is not of the form this mechanism writes.")

    def _go_on(self, start: bytes, call: bytes, journal: list[Any]) -> None:
        around, early, fingerprint, *parts = journal
        last = CallLog()
        last.append(call)
        try:
            self._continue(around, start, fingerprint, *last.parts())
        except SnapshotDiverged:
            _log.info("the last call came out differently, so that earlier ones are made again")
            self._continue(around, early, fingerprint, *parts)
        self._start, self.calls = early, CallLog.of(parts)
        self._newer, self._near = None, (start, call)

    def _continue(self, around: bytes, start: bytes, fingerprint: bytes, *parts: Any) -> None:
        """From the start in any case: to give the emulator a state takes 0.1 ms."""
        calls = CallLog.of([*parts])
        self._begin(start)
        self._set_generators(self._drawn)
        self._replay(calls.events())
        self._arrive(around, calls, fingerprint)

    def _begin(self, packed: bytes) -> None:
        """Go on with the emulator that is there, if there is one and a state for it."""
        start = Start.unpacked(packed)
        if not self._start or start.residue is None:
            if self._start:
                self.let_go()  # there is room for one
                self._start = b""
            super()._begin(packed)
            return
        self.core.clear()
        self.core.set_residue(start.residue)
        self.calls = CallLog()
        self._seed, self._start, self._drawn = start.seed, packed, start.generators

    def _record(self, call: Step | Reset | Render) -> Any:
        """Make and record a call that reaches the core. A frame changes nothing."""
        if isinstance(call, Render):
            return self.core.perform(call)
        event = encoded(call)
        self.core.clear()
        start = self._packed_start(self.core.residue())
        self._move_on(start)
        result = self.core.perform(call)
        for log in (self.calls, *([self._newer[1]] if self._newer else [])):
            log.append(event)
        self._near = (start, event)
        self._drawn = self._generators()
        return result

    def _move_on(self, start: bytes) -> None:
        """Let the journal begin later, where it is long."""
        if len(self.calls) >= MOST_CALLS:
            self._start, self.calls, self._newer = start, CallLog(), None
        elif self._newer is None:
            if len(self.calls) >= KEYFRAME_EVERY:
                self._newer = (start, CallLog())
        elif len(self._newer[1]) >= KEYFRAME_EVERY:
            (self._start, self.calls), self._newer = self._newer, (start, CallLog())


def _suits(env: gymnasium.Env[Any, Any]) -> bool:
    return is_retro(layers(env)[core_depth(env)]) and can_be_recorded(env, drawn=False)


RETRO = AloneMechanism("retro", ReplayMechanism("retro", RetroCore, _suits, subject=RetroSubject))
