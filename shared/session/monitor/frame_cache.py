"""Recent pictures, within a budget of bytes, so that several watchers of an instance draw it once."""

import time
from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple

from shared.frames import Picture
from shared.session.stored.header import Header
from shared.session.stored.reference import Reference

_MOST_BYTES = 16 * 2**20
_ENTRY_BYTES = 500
"""About what an entry takes besides its picture."""


class Entry(NamedTuple):
    """The newest picture of an instance in one form."""

    nonce: bytes
    """The nonce of the snapshot that it shows."""
    picture: Picture | None
    """None: the snapshot has no picture."""
    drawn: float
    """Monotonic time of drawing, in seconds."""


class FrameCache:
    """The newest picture of each instance in each form. The least recently used make room."""

    def __init__(self) -> None:
        self._entries: OrderedDict[tuple[Reference, Hashable], Entry] = OrderedDict()
        self._size = 0

    def newest(self, reference: Reference, form: Hashable) -> Entry | None:
        """The last picture of the instance in that form. The instance may have changed since."""
        return self._entries.get((reference, form))

    def of(self, header: Header, form: Hashable) -> Entry | None:
        """The picture of exactly that snapshot."""
        entry = self.newest(header.reference, form)
        if entry is None or entry.nonce != header.nonce:
            return None
        self._entries.move_to_end((header.reference, form))
        return entry

    def add(self, header: Header, form: Hashable, picture: Picture | None) -> None:
        """Store the picture of a snapshot, in place of an earlier one of the instance."""
        key = (header.reference, form)
        self._drop(self._entries.pop(key, None))
        self._entries[key] = entry = Entry(header.nonce, picture, time.monotonic())
        self._size += _size(entry)
        while self._size > _MOST_BYTES:
            self._drop(self._entries.popitem(last=False)[1])

    def clear(self) -> None:
        """Remove every picture."""
        self._entries.clear()
        self._size = 0

    def _drop(self, entry: Entry | None) -> None:
        self._size -= 0 if entry is None else _size(entry)


def _size(entry: Entry) -> int:
    return _ENTRY_BYTES + (0 if entry.picture is None else len(entry.picture.content))
