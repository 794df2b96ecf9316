"""Copies of what an environment returned, which its next call may overwrite.

No type is lost in a copy, so every form that a client may ask for can be made of it.
"""

import struct
import zlib
from typing import Any

import numpy as np

from shared.codec import exact

_CONSTANT = (np.number, np.bool, int, float, str, type(None))
_TEXT = frozenset({str})

_SHORT_BYTES = 256
"""Fewer bytes are not compressed: that would take 20 to 50 µs, in which a step's reply loses a tenth."""

_STORED = struct.Struct("<HBHH").pack


def detached(value: Any, depth: int = exact.DEEPEST) -> Any:
    """A copy, equal type by type, that shares no mutable part with `value`.

    At most `depth` containers may be inside one another.

    Raises:
        NotEncodable: there are more, or the value contains itself.
    """
    # These are what a step returns; the general way takes ten times as long.
    if type(value) is np.ndarray and not value.dtype.hasobject:
        return value.copy()
    if isinstance(value, _CONSTANT):
        return value
    if type(value) is dict and depth and _TEXT.issuperset(map(type, value)):
        return {key: detached(item, depth - 1) for key, item in value.items()}
    return exact.decode(exact.encode(value, depth))


def pack(value: Any) -> bytes:
    """A copy as bytes of the format zlib, compressed if there are many.

    Raises:
        NotEncodable: as for `detached`.
    """
    encoded = exact.encode(value)
    return _stored(encoded) if len(encoded) < _SHORT_BYTES else zlib.compress(encoded, 1)


def _stored(data: bytes) -> bytes:
    """The data as the one block of a zlib stream that is not compressed (RFC 1950; RFC 1951, section 3.2.4)."""
    length = len(data)
    return b"%b%b%b" % (_STORED(0x0178, 1, length, length ^ 0xFFFF), data, zlib.adler32(data).to_bytes(4, "big"))


def unpack(packed: bytes) -> Any:
    """The copy that `pack` made the bytes of."""
    return exact.decode(zlib.decompress(packed))


def size_of(value: Any) -> int:
    """About how many bytes of memory a copy takes."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, dict):
        return sum(map(size_of, value)) + sum(map(size_of, value.values()))
    if isinstance(value, list | tuple):
        return sum(map(size_of, value))
    return len(value) if isinstance(value, str | bytes) else 8
