"""The entries of a log: the calls that made a revision, and what each came to, as bytes.

    entry   milliseconds since the entry before | 2 * number of calls, + 1 if keyframes follow | keyframes | calls
    frames  number of keyframes | for each: the index of the call before which it was taken, its name (16 bytes)
    call    code | digest (8 bytes) | outcome | argument

Numbers are written in groups of 7 bits, the lowest first, the top bit set in all but the last (LEB128). The code
is one byte: the kind, the two flags, the form of the outcome, and whether the argument is packed. The outcome is
nothing for a reward of 1.0 or 0.0, a double for another one, and else the packed reward and flags. The argument
of a step is its action: one byte for a small integer of NumPy's, else packed by `codec.plain`. A CartPole's step
takes 12 bytes.
"""

from collections.abc import Sequence
from enum import IntEnum
from struct import Struct
from typing import Any, NamedTuple

import numpy as np

from shared.codec import exact, plain
from shared.errors import SnapshotCorrupt
from shared.session.record.digest import DIGEST_BYTES
from shared.snapshot.contract.calls import Call, Render, Reset, Sample, Step

NAME_BYTES = 16
"""Length of the name of a keyframe within a rollout."""


class Kind(IntEnum):
    """What a recorded call did."""

    STEP = 0
    DRAWN_STEP = 1
    """A step whose action was drawn from the action space just before it."""
    RESET = 2
    SAMPLE = 3
    RENDER = 4
    RESTORE = 5
    """The instance was restored; it is the only call of its entry, and a keyframe follows."""


TERMINATED, TRUNCATED = 8, 16
FORM, ONE, ZERO, DOUBLE, OTHER = 96, 0, 32, 64, 96
PACKED = 128
KIND = 7

_HEAD = Struct(f"<B{DIGEST_BYTES}s")
_FLOAT = Struct("<d")
SHORT = [bytes((ms, 2)) for ms in range(128)]
"""The heads of entries of one call that come within 128 milliseconds."""


class Recorded(NamedTuple):
    """A call as the log has it."""

    kind: Kind
    digest: bytes
    reward: Any
    """Of a step; None for another call. The flags too are as the environment gave them, or False."""
    terminated: Any
    truncated: Any
    argument: Any
    """A step's action, a reset's `[seed, options]`, a sample's `[space, mask, probability]`, or what was restored
    to."""

    @property
    def call(self) -> Call:
        """The call, to be made again; a restore cannot be."""
        match self.kind, self.argument:
            case Kind.STEP | Kind.DRAWN_STEP, action:
                return Step(action)
            case Kind.RESET, [seed, options]:
                return Reset(seed, options)
            case Kind.SAMPLE, [space, mask, probability]:
                return Sample(space, mask, probability)
            case Kind.RENDER, _:
                return Render()
        raise SnapshotCorrupt("The log holds a call that this server does not make.")


class Mark(NamedTuple):
    """A keyframe within a rollout."""

    k: int
    """Of the call before which it was taken."""
    name: bytes


class Entry(NamedTuple):
    """What made one revision."""

    ms: int
    """Milliseconds since the entry before."""
    marks: Sequence[Mark]
    calls: Sequence[Recorded]


def entry_of(ms: int, calls: Sequence[bytes], marks: Sequence[Mark] = ()) -> bytes:
    """An entry of the calls."""
    head = [number(ms), number(2 * len(calls) + bool(marks))]
    if marks:
        head.append(number(len(marks)))
        head += [number(mark.k) + mark.name for mark in marks]
    return b"".join((*head, *calls))


def restore_of(what: str) -> bytes:
    """The call that restores an instance to what the text names."""
    return _HEAD.pack(Kind.RESTORE | PACKED, bytes(DIGEST_BYTES)) + packed(what)


def packed(value: Any) -> bytes:
    """An argument as `codec.plain` writes it, after its length.

    Raises:
        NotPlain: it is not plain data.
    """
    data = plain.dumps(value)
    return number(len(data)) + data


def number(value: int) -> bytes:
    """A number that is not negative, in LEB128."""
    if value < 128:
        return bytes((value,))
    written = bytearray()
    while value > 127:
        written.append(value & 127 | 128)
        value >>= 7
    written.append(value)
    return bytes(written)


def outcome_of(reward: Any, terminated: Any, truncated: Any) -> tuple[int, bytes]:
    """The bits of a code and the bytes that tell a step's outcome.

    Raises:
        NotEncodable: it contains itself.
    """
    if (
        isinstance(reward, float)
        and isinstance(terminated, bool | np.bool)
        and isinstance(truncated, bool | np.bool)
    ):
        flags = (TERMINATED if terminated else 0) | (TRUNCATED if truncated else 0)
        written = _FLOAT.pack(reward)
        form = _FORMS.get(written, DOUBLE)
        return flags | form, written if form == DOUBLE else b""
    data = exact.encode([reward, terminated, truncated])
    return OTHER, number(len(data)) + data


_FORMS = {_FLOAT.pack(1.0): ONE, _FLOAT.pack(0.0): ZERO}
