"""A value as it was at one moment, and as bytes from which it is had again in any form.

What an environment returns may be its own buffer, which its next call overwrites. Nothing here knows of the forms
that clients ask for: each of them is made from a detached value as from the first one, since no type is lost.
"""

import zlib
from typing import Any

import numpy as np

from shared.codec import exact

_CONSTANT = (np.number, np.bool, int, float, str, type(None))
_TEXT = frozenset({str})


def detached(value: Any, room: int = exact.DEEPEST) -> Any:
    """A value that equals `value` type by type and shares nothing with it that could change.

    `room` is how many containers may be within one another.

    Raises:
        NotEncodable: the value contains itself or is nested deeper.
    """
    # What a step returns, in a tenth of the time of the general way.
    if type(value) is np.ndarray and not value.dtype.hasobject:
        return value.copy()
    if isinstance(value, _CONSTANT):
        return value
    if type(value) is dict and room and _TEXT.issuperset(map(type, value)):
        return {key: detached(item, room - 1) for key, item in value.items()}
    return exact.decode(exact.encode(value, room))


def pack(value: Any) -> bytes:
    """The value as compressed bytes.

    Raises:
        NotEncodable: as for `detached`.
    """
    return zlib.compress(exact.encode(value), 1)


def unpack(packed: bytes) -> Any:
    """The detached value that `pack` made the bytes of."""
    return exact.decode(zlib.decompress(packed))


def size_of(value: Any) -> int:
    """About how many bytes a detached value takes."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, dict):
        return sum(map(size_of, value)) + sum(map(size_of, value.values()))
    if isinstance(value, list | tuple):
        return sum(map(size_of, value))
    return len(value) if isinstance(value, str | bytes) else 8
