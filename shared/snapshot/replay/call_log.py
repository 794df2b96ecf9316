"""The calls on an environment as bytes that only grow, so that capturing them costs the same at every length.

A full chunk is compressed once and not touched again. The calls after it stay uncompressed.
"""

import zlib
from dataclasses import dataclass
from struct import Struct
from struct import error as StructError
from typing import Any

from shared.codec import plain
from shared.errors import SnapshotCorrupt
from shared.snapshot.contract.calls import Render, Reset, Step

CHUNK_BYTES = 4096
"""A chunk that is longer is sealed: some 200 calls with a discrete action, which compress to 200 bytes."""

_STEP, _RESET, _RENDER, _DRAWN = range(4)
_SEAL = Struct("<II")
_ARRAY = Struct(">BI")


@dataclass(frozen=True, slots=True)
class Drawn:
    """The states of the environment's generators after something else, such as a wrapper, drew from them."""

    generators: bytes


Event = Step | Reset | Render | Drawn


def encoded(event: Event) -> bytes:
    """The event as bytes, a copy that an environment cannot write into.

    Raises:
        NotPlain: An action or an option is not plain data.
    """
    match event:
        case Step(action):
            return plain.dumps([_STEP, action])
        case Reset(seed, options):
            return plain.dumps([_RESET, seed, options])
        case Render():
            return plain.dumps([_RENDER])
        case Drawn(generators):
            return plain.dumps([_DRAWN, generators])


def _decoded(entry: Any) -> Event:
    match entry:
        case [0, action]:
            return Step(action)
        case [1, seed, options]:
            return Reset(seed, options)
        case [2]:
            return Render()
        case [3, bytes(generators)]:
            return Drawn(generators)
        case _:
            raise SnapshotCorrupt("The journal in the snapshot holds a call that this mechanism does not write.")


class CallLog:
    """Events in their order."""

    def __init__(self) -> None:
        self._sealed = b""
        self._tail = bytearray()
        self._tail_length = 0
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def size(self) -> int:
        """Bytes in `parts`."""
        return len(self._sealed) + len(self._tail)

    def append(self, event: bytes) -> None:
        """Add an event as `encoded` returned it."""
        self._add(event, 1)

    def extend(self, other: "CallLog") -> None:
        """Add every event of another log."""
        for length, events in other._chunks():
            self._add(events, length)

    def _add(self, events: bytes, length: int) -> None:
        self._tail += events
        self._tail_length += length
        self._length += length
        if len(self._tail) > CHUNK_BYTES:
            chunk = zlib.compress(self._tail)
            self._sealed += _SEAL.pack(self._tail_length, len(chunk)) + chunk
            self._tail.clear()
            self._tail_length = 0

    def parts(self) -> list[Any]:
        """The events as plain data."""
        return [self._sealed, self._tail_length, bytes(self._tail)]

    @classmethod
    def of(cls, parts: Any) -> "CallLog":
        """Rebuild a log from `parts()`, byte for byte, whichever zlib compressed it.

        Raises:
            SnapshotCorrupt: No log gave those parts.
        """
        calls = cls()
        match parts:
            case [bytes(sealed), int(length), bytes(tail)]:
                calls._sealed, calls._tail_length, calls._tail = sealed, length, bytearray(tail)
            case _:
                raise SnapshotCorrupt("The journal in the snapshot is not of the form this mechanism writes.")
        calls._length = sum(length for length, _ in calls._chunks())
        return calls

    def continues(self, other: "CallLog") -> bool:
        """Whether this log begins with everything in the other."""
        return len(self) >= len(other) and self._raw().startswith(other._raw())

    def events(self) -> list[Event]:
        """Every event, in order."""
        # In msgpack an array is a head with the number of elements, and the elements one after another.
        entries = plain.loads(_ARRAY.pack(0xDD, self._length) + self._raw())
        return [_decoded(entry) for entry in entries]

    def _raw(self) -> bytes:
        return b"".join(chunk for _, chunk in self._chunks())

    def _chunks(self) -> list[tuple[int, bytes]]:
        chunks, start = [], 0
        try:
            while start < len(self._sealed):
                length, size = _SEAL.unpack_from(self._sealed, start)
                start += _SEAL.size + size
                chunks.append((length, zlib.decompress(self._sealed[start - size : start])))
        except (zlib.error, StructError) as error:
            raise SnapshotCorrupt(f"The journal in the snapshot cannot be read: {error}.") from error
        return [*chunks, (self._tail_length, bytes(self._tail))]
