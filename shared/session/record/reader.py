"""Reading the entries of a log, as `entries` writes them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from struct import Struct
from struct import error as StructError
from typing import Any

import numpy as np

from shared.codec import exact, plain
from shared.errors import SnapshotCorrupt
from shared.session.record.digest import DIGEST_BYTES
from shared.session.record.entries import (
    DOUBLE,
    FORM,
    KIND,
    NAME_BYTES,
    ONE,
    OTHER,
    PACKED,
    TERMINATED,
    TRUNCATED,
    ZERO,
    Entry,
    Kind,
    Mark,
    Recorded,
)

_FLOAT = Struct("<d")


def entries_in(tail: bytes) -> Iterator[Entry]:
    """The entries of a log, in order.

    Raises:
        SnapshotCorrupt: the bytes are of no log.
    """
    reader = Reader(tail)
    with reader.reading():
        while reader.at < len(tail):
            yield reader.entry()


class Reader:
    """A place in the bytes of a log. What its methods raise for bytes of none, `reading` tells."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0
        """Where the next value begins."""

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A context in which the log is read.

        Raises:
            SnapshotCorrupt: the bytes are of no log.
        """
        try:
            yield
        except (IndexError, ValueError, TypeError, StructError) as error:
            raise SnapshotCorrupt(f"The log cannot be read: {error}.") from error

    def entry(self) -> Entry:
        """The next entry."""
        data, at = self._data, self.at
        if data[at] < 128 and data[at + 1] == 2:  # one call, as most entries have
            self.at = at + 2
            return Entry(data[at], (), [self.call()])
        ms, marks, count = self.head()
        call = self.call
        return Entry(ms, marks, [call() for _ in range(count)])

    def head(self) -> tuple[int, Sequence[Mark], int]:
        """The milliseconds of the next entry, its keyframes, and how many calls follow."""
        ms, head = self.number(), self.number()
        marks = [Mark(self.number(), self.taken(NAME_BYTES)) for _ in range(self.number())] if head & 1 else ()
        return ms, marks, head >> 1

    def plain_entries(self, total: float) -> tuple[int, int, float]:
        """Skip entries of one plain step each; how many, their milliseconds, and the total after."""
        data, at, end, count, ms = self._data, self.at, len(self._data), 0, 0
        while at + 2 < end and data[at] < 128 and data[at + 1] == 2:  # as `SHORT` begins them
            code = data[at + 2]
            length = _PLAIN[code]
            if not length:
                break
            if code & FORM == ONE:
                total += 1.0
            elif code & FORM == DOUBLE:
                total += _FLOAT.unpack_from(data, at + 2 + _HEAD_BYTES)[0]
            ms += data[at]
            at += 2 + length
            if code & PACKED:
                self.at = at
                self.taken(self.number())
                at = self.at
            else:
                at += 1
            count += 1
        if at > end:
            raise ValueError("it ends within an entry")
        self.at = at
        return count, ms, total

    def plain_steps(self, most: int, total: float) -> tuple[int, float]:
        """Skip up to `most` steps that ended nothing and had a float for a reward; how many, and the total after.

        This is for sums over 10,000 steps: reading each takes ten times as long.
        """
        data, at, count = self._data, self.at, 0
        while count < most:
            code = data[at]
            length = _PLAIN[code]
            if not length:
                break
            if code & FORM == ONE:
                total += 1.0
            elif code & FORM == DOUBLE:
                total += _FLOAT.unpack_from(data, at + _HEAD_BYTES)[0]
            at += length
            if code & PACKED:
                self.at = at
                self.taken(self.number())
                at = self.at
            else:
                at += 1
            count += 1
        self.at = at
        return count, total

    def call(self) -> Recorded:
        """The next call."""
        data, at = self._data, self.at
        code, digest = data[at], data[at + 1 : at + 1 + DIGEST_BYTES]
        self.at = at + 1 + DIGEST_BYTES
        kind = code & KIND
        reward = None
        terminated: Any = code & TERMINATED != 0
        truncated: Any = code & TRUNCATED != 0
        if kind <= _DRAWN_STEP:
            form = code & FORM
            if form == ONE:
                reward = 1.0
            elif form == ZERO:
                reward = 0.0
            elif form == DOUBLE:
                [reward] = _FLOAT.unpack(self.taken(_FLOAT.size))
            else:
                reward, terminated, truncated = exact.decode(self.taken(self.number()))
            if not code & PACKED:
                action = _SMALL[data[self.at]]
                self.at += 1
                return Recorded(_KINDS[kind], digest, reward, terminated, truncated, action)
        argument = plain.loads(self.taken(self.number())) if code & PACKED else _NOTHING.get(kind)
        return Recorded(_KINDS[kind], digest, reward, terminated, truncated, argument)

    def number(self) -> int:
        """The next number in LEB128."""
        value = shift = 0
        while True:
            byte = self._data[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7

    def taken(self, length: int) -> bytes:
        """The next bytes.

        Raises:
            ValueError: there are fewer.
        """
        begin = self.at
        self.at += length
        if self.at > len(self._data):
            raise ValueError("it ends within an entry")
        return self._data[begin : self.at]


_KINDS = [*Kind]
_DRAWN_STEP = int(Kind.DRAWN_STEP)
_SMALL = [np.int64(value) for value in range(256)]
_NOTHING: dict[int, Any] = {Kind.RESET: [None, None], Kind.SAMPLE: ["action_space", None, None]}

_HEAD_BYTES = 1 + DIGEST_BYTES
_PLAIN = [
    0
    if code & KIND > _DRAWN_STEP or code & (TERMINATED | TRUNCATED) or code & FORM == OTHER
    else _HEAD_BYTES + (_FLOAT.size if code & FORM == DOUBLE else 0)
    for code in range(256)
]
"""By code: the bytes before the argument of a plain step; 0 for any other call."""
