"""A journal that begins at the last reset, so that a life has no end: for environments whose resets leave nothing.

Whether a reset leaves something of earlier episodes shows nowhere but in what comes later; what counts episodes
may tell after twenty. So `conformance/episodes.py` plays many of them before this mechanism is chosen, and
engines that are known to leave something now and then are never carried so (`outlasting.py`). A restore makes the
calls of the last episode again, on the environment that is there or on a new one, and compares a digest of every
reply and of all visible attributes. Where they differ, the calls since the creation are made again, which a
snapshot also has for as long as that is short. From then on the environment is carried by all of its calls.
"""

import logging
from collections.abc import Sequence
from typing import Any

import gymnasium

from shared.codec import plain
from shared.errors import NotCreatable, SnapshotCorrupt, SnapshotDiverged
from shared.snapshot.contract.calls import Render, Reset, Step
from shared.snapshot.replay.call_log import CallLog, Drawn, Event, encoded
from shared.snapshot.replay.episodic_core import EpisodicCore
from shared.snapshot.replay.journal import can_be_recorded
from shared.snapshot.replay.outlasting import outlasts_reset
from shared.snapshot.replay.replay import LONGEST_REPLAY_S, ReplayMechanism, ReplaySubject, parts_of
from shared.snapshot.replay.start import Start

LONGEST_EARLIER_S = LONGEST_REPLAY_S / 2
"""Earlier calls are let go where making them again is estimated to take longer."""
LARGEST_EARLIER_BYTES = 1 << 16
"""Earlier calls are let go where they take more bytes: they are a part of every snapshot."""

_JOURNAL_PARTS = 6

_log = logging.getLogger(__name__)


class EpisodeSubject(ReplaySubject):
    """A live environment with the calls of its last episode, and with those before for as long as they are few."""

    episodic = True
    core: EpisodicCore
    _first = b""
    """Where the earlier calls start: at the creation."""
    _earlier: CallLog | None = None
    """The calls before the journal's start; None where they were let go, or are in the journal again."""
    _begins_here = True
    """Whether no episode has come out differently on an environment that had played others."""
    _before: bytes | None = None
    """During a restore that may leave observations undrawn: the digest of the replies before the last step."""

    def capture(self) -> bytes:
        """See `Subject.capture`."""
        earlier = None if self._earlier is None else [self._first, *self._earlier.parts()]
        return plain.dumps([*self._captured(), self.core.whole, earlier])

    def capture_alone(self) -> bytes:
        """The state without the earlier calls, as where they were let go. A restore draws every observation."""
        fingerprint = self.core.fingerprint_drawn()
        return plain.dumps([*self._captured(fingerprint), self.core.whole, None])

    def restore(self, body: bytes) -> None:
        """Make the calls of the last episode again, or all of them where these come out differently.

        Raises:
            SnapshotCorrupt: the bytes are no journal.
            SnapshotDiverged: the calls came out differently, and so do the earlier ones, or these were let go.
        """
        match parts_of(body):
            case [*journal, bool(whole), None | [bytes(), *_] as earlier] if len(journal) == _JOURNAL_PARTS:
                pass
            case _:
                raise SnapshotCorrupt("The journal in the snapshot is not of the form this mechanism writes.")
        self._first, self._earlier = (b"", None) if earlier is None else (earlier[0], CallLog.of(earlier[1:]))
        try:
            self._continue(*journal)
            self.core.whole = whole
        except SnapshotDiverged:
            if self._earlier is None or self._first == journal[1]:
                raise
            _log.warning("an episode came out differently on a new environment, so that all calls are made again")
            self._make_all_again(*journal)

    @property
    def is_long_before(self) -> bool:
        """Whether the calls before the journal's start are too many to be kept."""
        if self._earlier is None:
            return False
        earlier_s = self.core.seconds_for(len(self._earlier))
        return earlier_s > LONGEST_EARLIER_S or self._earlier.size > LARGEST_EARLIER_BYTES

    def begin(self, drawn: Sequence[Any]) -> None:
        """See `ReplaySubject.begin`."""
        super().begin(drawn)
        self._first, self._earlier = self._start, CallLog()

    def _continue(self, around: bytes, start: bytes, fingerprint: bytes, *parts: Any) -> None:
        """As any journal does; but of observations that need not be drawn, only the last is."""
        self._before = _before_last(fingerprint)
        try:
            return self._continue_here(around, start, fingerprint, *parts)
        except SnapshotDiverged:
            if self._before is None or not self.core.drawing.is_optional:
                raise
            _log.warning("an episode came out differently with observations undrawn, so that all are drawn again")
            self.core.drawing.refute()
            self._before, self._begins_here = None, True
            self.close()
            self._start = b""
            return self._continue_here(around, start, fingerprint, *parts)
        finally:
            self._before = None

    def _continue_here(self, around: bytes, start: bytes, fingerprint: bytes, *parts: Any) -> None:
        """An environment that is there plays another episode, where it can.

        To make one may take a hundred times as long as to reset one.
        """
        if self._begin_here(start, CallLog.of([*parts])):
            try:
                return super()._continue(around, start, fingerprint, *parts)
            except SnapshotDiverged:
                _log.info("an episode came out differently on an environment that had played others")
                self._begins_here = False
                self.close()
                self._start = b""
        return super()._continue(around, start, fingerprint, *parts)

    def _replay(self, events: Sequence[Event]) -> None:
        last = max((n for n, event in enumerate(events) if isinstance(event, Step | Reset)), default=0)
        if last == 0 or self._before is None or not self.core.drawing.is_optional:
            return super()._replay(events)
        with self.core.undrawn_before(self._before):
            super()._replay(events[:last])
        return super()._replay(events[last:])

    def _begin_here(self, packed: bytes, calls: CallLog) -> bool:
        """Let the environment that is there begin, if it was made as the journal's was; False if it does not."""
        if not self._start or not self._begins_here or not self.core.restarts:
            return False
        start = Start.unpacked(packed)
        goes_on = packed == self._start and calls.continues(self.calls)
        if goes_on or start.residue is None or not self._can_begin(start):
            return False
        self.core.clear()
        self.core.set_residue(start.residue)
        self.calls = CallLog()
        self._seed, self._start, self._drawn = start.seed, packed, start.generators
        return True

    def _can_begin(self, start: Start) -> bool:
        """Whether the environment that is there has from its constructor what the journal's had."""
        return start.seed == self._seed

    def _record(self, call: Step | Reset | Render) -> Any:
        if isinstance(call, Reset) and self.core.restarts:
            self._set_aside()
        return super()._record(call)

    def _set_aside(self) -> None:
        """Put the episode that is over to the earlier calls, or let them go where it proves exact without them."""
        if self._earlier is None:
            return
        if self.is_long_before:
            if self._is_exact_alone():
                self._first, self._earlier = b"", None
            else:
                self._carry_whole(self._earlier, self.core.seconds_for(len(self._earlier)))
            return
        self._earlier.extend(self.calls)
        if (drawn := self._generators()) != self._drawn:
            self._earlier.append(encoded(Drawn(drawn)))

    def _is_exact_alone(self) -> bool:
        other = type(self)(self._recipe, self._core_of)
        try:
            other.restore(self.capture_alone())
        except (SnapshotDiverged, NotCreatable):  # a second one may want more of the machine than there is now
            return False
        finally:
            other.close()
        return True

    def _make_all_again(self, around: bytes, start: bytes, fingerprint: bytes, *parts: Any) -> None:
        assert self._earlier is not None
        earlier, calls = self._earlier, CallLog.of([*parts])
        self._begin(self._first)
        self._set_generators(self._drawn)
        self._replay(earlier.events())
        self._replay(calls.events())
        self._arrive(around, calls, fingerprint)
        self._carry_whole(earlier)

    def _carry_whole(self, earlier: CallLog, earlier_s: float = 0.0) -> None:
        earlier.extend(self.calls)
        self._start, self.calls = self._first, earlier
        self._first, self._earlier = b"", None
        self.core.carry_whole(earlier_s)

    def _captured(self, fingerprint: Any = None) -> list[Any]:
        around, start, own, *calls = super()._captured()
        shown = own if fingerprint is None else plain.dumps(fingerprint)
        return [around, start, plain.dumps([self._recipe.render_mode, shown]), *calls]

    def _fits(self, fingerprint: bytes) -> bool:
        """Attributes tell in which mode an environment draws, so a copy in another is compared by its replies."""
        render_mode, stored = plain.loads(fingerprint)
        replies, attributes, *undrawn = plain.loads(stored)
        own_replies, own_attributes, *own_undrawn = self.core.fingerprint()
        if undrawn and own_undrawn and undrawn[0] != own_undrawn[0]:
            return False
        return bool(
            own_replies == replies and (attributes == own_attributes or render_mode != self._recipe.render_mode)
        )


def _before_last(fingerprint: bytes) -> bytes | None:
    """The digest of the replies before the last step, where the snapshot has it."""
    _, stored = plain.loads(fingerprint)
    match plain.loads(stored):
        case [_, _, _, bytes(before)]:
            return before
    return None


def begins_anew(env: gymnasium.Env[Any, Any]) -> bool:
    """Whether the calls on a new environment can be written down, and nothing is known to outlast its resets."""
    return can_be_recorded(env, drawn=False) and not outlasts_reset(env)


EPISODE_JOURNAL = ReplayMechanism("journal-since-reset", EpisodicCore, begins_anew, subject=EpisodeSubject)
"""Not for those that draw with Gymnasium's `MujocoRenderer`, whose camera stays where the first episode put it."""
