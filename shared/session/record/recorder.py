"""Notes the calls that are made on a live environment, in the form of the log.

It is on the way of every recorded step, so it appends bytes and makes no objects.
"""

import zlib
from collections.abc import Sequence
from hashlib import blake2b
from struct import Struct
from struct import error as StructError
from typing import Any, NamedTuple

import numpy as np

from shared.codec.plain import NotPlain
from shared.session.record import entries
from shared.session.record.digest import DIGEST_BYTES, digest_of
from shared.session.record.entries import Kind, Mark
from shared.session.stored.progress import Progress
from shared.snapshot.contract.calls import Call, Render, Reset, Sample
from shared.snapshot.contract.mechanism import Subject

KEYFRAME_US = 50_000
"""Microseconds of replay after which a log has a keyframe, so that every place is reached in about as long."""

_MOST_MARKED_BYTES = 1 << 26
"""The most that the keyframes of one rollout take, compressed."""

_ARRAY, _FLOATS = np.ndarray, (np.dtype(np.float32), np.dtype(np.float64))
_STEP = Struct(f"<B{DIGEST_BYTES}sB").pack
_DOUBLE = Struct(f"<B{DIGEST_BYTES}sdB").pack
_HEAD = Struct(f"<B{DIGEST_BYTES}s").pack
_BYTE = Struct("<B").pack
_NEW_DIGEST = blake2b(digest_size=DIGEST_BYTES).copy


class Taken(NamedTuple):
    """The state within a rollout, before the call of this index."""

    k: int
    body: bytes
    """Compressed."""
    progress: Progress


class Recorder:
    """What one operation does with an environment."""

    __slots__ = (
        "_base_us",
        "_mark_at",
        "_marked_bytes",
        "_note",
        "calls",
        "drawn",
        "marks",
        "replay_us",
        "taken",
    )

    def __init__(self) -> None:
        self.calls: list[bytes] = []
        """The calls, each as an entry has it."""
        self._note = self.calls.append
        self.replay_us = 0
        """Microseconds that it takes to make them again, once they are made."""
        self.marks: Sequence[Mark] = ()
        """The keyframes, once they are written."""
        self.taken: list[Taken] = []
        """The keyframes, to be written."""
        self._base_us = 0
        self._mark_at = 0
        self._marked_bytes = 0
        self.drawn: Any = None
        """A random action that is about to be applied."""

    @property
    def size(self) -> int:
        """Bytes of what was noted and of the keyframes."""
        return sum(map(len, self.calls)) + self._marked_bytes

    def begin(self, replay_us: int) -> None:
        """Forget what was noted. `replay_us` is what it takes to make again what was called since a keyframe."""
        self.calls.clear()
        self._base_us = replay_us
        self.drawn = None
        if self.taken or self._mark_at:
            self.taken, self.marks, self._mark_at, self._marked_bytes = [], (), 0, 0

    def step(self, action: Any, packed: bytes | None, result: Any) -> None:
        """Note a step; `packed` is its action as `packed_action` gave it before."""
        observation, reward, terminated, truncated, info = result
        kind = 0
        if self.drawn is not None:
            if self.drawn is action:
                kind, self.drawn = 1, None
            else:
                self.flush()
        # The same as `digest_of`, which this calls where it is not so simple.
        if type(observation) is _ARRAY and not info and observation.dtype in _FLOATS:
            state = _NEW_DIGEST()
            state.update(observation.tobytes())
            digest = state.digest()
        else:
            digest = digest_of(observation, info)
        if packed is None:
            try:
                if type(reward) is float and terminated is False and truncated is False:
                    if reward == 1.0:
                        self._note(_STEP(kind, digest, action))
                    else:
                        self._note(_DOUBLE(kind | entries.DOUBLE, digest, reward, action))
                    return
                bits, outcome = entries.outcome_of(reward, terminated, truncated)
                self._note(_HEAD(kind | bits, digest) + outcome + _BYTE(action))
                return
            except StructError:  # it is not from 0 to 255
                packed = entries.packed(action)
        bits, outcome = entries.outcome_of(reward, terminated, truncated)
        self._note(_HEAD(kind | bits | entries.PACKED, digest) + outcome + packed)

    def call(self, call: Call, result: Any) -> None:
        """Note another call than a step.

        Raises:
            NotPlain: an argument is not plain data.
        """
        self.flush()
        match call:
            case Sample("action_space", None, None):
                self.drawn = result
            case Reset(seed, options):
                argument = [seed, options]
                nothing = seed is None and options is None
                self._add(Kind.RESET, digest_of(*result), None if nothing else argument)
            case Sample(space, mask, probability):
                self._add(Kind.SAMPLE, digest_of(result, None), [space, mask, probability])
            case Render():
                self._add(Kind.RENDER, digest_of(result, None), None)
            case _:
                raise NotPlain(f"a {type(call).__name__} is not recorded")

    def mark(self, seconds: float, subject: Subject, progress: Progress) -> None:
        """Take a keyframe, if it is time to after so many seconds of this operation."""
        us = int(seconds * 1e6)
        due = self._mark_at or KEYFRAME_US - self._base_us
        if us < due or not self.calls or self._marked_bytes > _MOST_MARKED_BYTES:
            return
        try:
            body = zlib.compress(subject.capture(), 1)
        except NotPlain:  # an object between two states; a later turn may find it whole
            return
        self.flush()
        self.taken.append(Taken(len(self.calls), body, progress))
        self._marked_bytes += len(body)
        self._mark_at = us + KEYFRAME_US

    def _add(self, kind: Kind, digest: bytes, argument: Any) -> None:
        if argument is None:
            self._note(_HEAD(kind, digest))
        else:
            self._note(_HEAD(kind | entries.PACKED, digest) + entries.packed(argument))

    def flush(self) -> None:
        """Note an action that was drawn and not applied."""
        if self.drawn is not None:
            drawn, self.drawn = self.drawn, None
            self._add(Kind.SAMPLE, digest_of(drawn, None), None)


def packed_action(action: Any) -> bytes | None:
    """An action as a step's argument, before the environment can change it; None for one that nothing can.

    Raises:
        NotPlain: it is not plain data.
    """
    return None if type(action) is np.int64 else entries.packed(action)
