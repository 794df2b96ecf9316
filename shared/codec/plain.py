"""The strict dialect, in which snapshots are stored: every type, dtype and bit comes back as it was.

Whatever came back otherwise would change what an environment computes next, so a type that is not listed here is
refused, a subclass too. MessagePack's own are None, bool, float, str, bytes, int of 64 bits, list, and dict with
keys of text. The extensions, whose numbers are for ever:

    1  tuple                    items
    2  integer over 64 bits     bytes, little-endian, in two's complement
    3  array                    [dtype as NumPy writes it, shape, order "C" or "F", bytes]
    4  NumPy scalar             [dtype, bytes]
    5  deque                    [maxlen, items]
    6  MISSING                  nothing
    7  dict with other keys     [[key, value], ...]

Decode only what a signature vouches for: the bytes say how large an array is made.
"""

from collections import deque
from typing import Any, Literal, NoReturn

import msgspec
import numpy as np
from numpy.typing import NDArray

from shared.codec.arrays import LONG, array_in_order_of, bytes_of, scalar_of
from shared.codec.codec import Codec, Packer, TooDeep, extension
from shared.errors import SnapshotCorrupt

DEEPEST = 256
"""The most containers inside one another; Python's stack holds about twice as many."""

_TUPLE, _INTEGER, _ARRAY, _SCALAR, _DEQUE, _MISSING, _DICT = range(1, 8)


class NotPlain(TypeError):
    """A value that is not plain data; the environment that holds it needs another mechanism."""


class Missing:
    """The type of `MISSING`."""

    __slots__ = ()


MISSING = Missing()
"""Stands for an attribute that does not exist, which is a state of its own."""


def dumps(value: Any) -> bytes:
    """`value` as bytes; equal values of equal types give equal bytes.

    Raises:
        NotPlain: something in it is not None, bool, int, float, str, bytes, list, tuple, dict, deque, or a NumPy
            array or scalar without objects and fields; or it is nested deeper than `DEEPEST` containers.
    """
    try:
        return _codec.encode(value, DEEPEST)
    except UnicodeEncodeError as error:
        raise NotPlain(f"a text is not plain data: {error}") from error
    except TooDeep as error:
        raise NotPlain(f"a value is not plain data: {error}") from error


def loads(body: bytes | msgspec.Raw) -> Any:
    """The value that `dumps` was given.

    Raises:
        SnapshotCorrupt: `dumps` did not make these bytes.
    """
    try:
        return _codec.decode(body)
    except (ValueError, TypeError, RecursionError) as error:
        raise SnapshotCorrupt(f"The state in the snapshot cannot be read: {error}.") from error


def packed_items(body: bytes) -> list[msgspec.Raw]:
    """The items of a list that `dumps` was given, each to be given to `loads` or left unread. Copies nothing.

    Raises:
        SnapshotCorrupt: the bytes are of no list.
    """
    try:
        return msgspec.msgpack.decode(body, type=list[msgspec.Raw])
    except msgspec.DecodeError as error:
        raise SnapshotCorrupt(f"The state in the snapshot cannot be read: {error}.") from error


def _refuse(kind: type) -> NoReturn:
    raise NotPlain(f"{kind.__module__}.{kind.__qualname__} is not plain data")


def _integer(value: int, depth: int) -> Any:
    if -(1 << 63) <= value < 1 << 64:
        return value
    return msgspec.msgpack.Ext(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True))


def _tuple(value: tuple[Any, ...], depth: int) -> Any:
    return extension(_TUPLE, _codec.items(value, depth))


def _deque(value: deque[Any], depth: int) -> Any:
    return extension(_DEQUE, [value.maxlen, _codec.items(value, depth)])


def _dict(value: dict[Any, Any], depth: int) -> Any:
    if _TEXT.issuperset(map(type, value)):
        return _codec.fields(value, depth)
    # MessagePack's maps hold no tuples as keys, such as the cells of a grid.
    return extension(_DICT, [_codec.items(pair, depth) for pair in value.items()])


def _array(value: NDArray[Any], depth: int) -> Any:
    dtype = value.dtype
    if dtype.hasobject or dtype.names is not None:
        raise _not_plain_dtype(dtype, "an array")
    # NumPy sums an array in Fortran order in another sequence, with other last bits.
    order: Literal["C", "F"] = "F" if value.flags.f_contiguous and not value.flags.c_contiguous else "C"
    return extension(_ARRAY, [dtype.str, value.shape, order, _bytes_of(value, order)])


def _bytes_of(array: NDArray[Any], order: Literal["C", "F"]) -> bytes:
    if array.dtype.char not in LONG:
        return array.tobytes(order)
    return bytes_of(array if order == "C" else array.T)


def _scalar(value: np.generic, depth: int) -> Any:
    dtype = value.dtype
    if dtype.hasobject or dtype.names is not None:
        raise _not_plain_dtype(dtype, "a scalar")
    return extension(_SCALAR, [dtype.str, value.tobytes() if dtype.char not in LONG else bytes_of(value)])


def _missing(value: Missing, depth: int) -> Any:
    return msgspec.msgpack.Ext(_MISSING, b"")


def _not_plain_dtype(dtype: np.dtype[Any], of: str) -> NotPlain:
    # The text of a dtype with fields is that of bytes without them.
    return NotPlain(f"{of} {'of objects' if dtype.hasobject else 'with fields'} is not plain data")


_TEXT = frozenset({str})

_SCALARS = [
    # np.longlong's text is that of np.int64, which would come back in its place.
    kind
    for kind in {*np.sctypeDict.values()}
    if np.dtype(np.dtype(kind).str).type is kind
]

_codec = Codec(
    natives=(type(None), bool, float, str, bytes),
    other=_refuse,
    extensions={
        _TUPLE: tuple,
        _ARRAY: array_in_order_of,
        _SCALAR: scalar_of,
        _DEQUE: lambda content: deque(content[1], content[0]),
        _DICT: dict,
    },
    raw_extensions={
        _INTEGER: lambda data: int.from_bytes(data, "little", signed=True),
        _MISSING: lambda data: MISSING,
    },
)

_PACKERS: dict[type, Packer] = {
    int: _integer,
    list: _codec.items,
    tuple: _tuple,
    deque: _deque,
    dict: _dict,
    np.ndarray: _array,
    Missing: _missing,
}
_codec.register(_PACKERS | dict.fromkeys(_SCALARS, _scalar))
