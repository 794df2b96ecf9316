"""Plain values to and from bytes without pickle: every type, dtype and bit comes back as it was.

msgpack alone would turn a tuple into a list, a `np.float32` into a double and refuse a 128-bit integer; each of
these changes what an environment computes next. What is not listed here is refused, never approximated.
"""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import numpy as np

from shared.errors import SnapshotCorrupt

_TUPLE, _INTEGER, _ARRAY, _SCALAR, _DEQUE, _MISSING, _DICT = range(1, 8)


class NotPlain(TypeError):
    """A value outside plain data, so that the state cannot be carried this way."""


class Missing:
    """The absence of an attribute, which is a state of its own."""

    __slots__ = ()


MISSING = Missing()
_PLAIN = frozenset({type(None), bool, float, str, bytes})
_TEXT = frozenset({str})
_encoder = msgspec.msgpack.Encoder()


def dumps(value: Any) -> bytes:
    """`value` as bytes; equal values of equal types give equal bytes.

    Raises:
        NotPlain: something in it is not None, bool, int, float, str, bytes, list, tuple, dict, deque,
            a numpy array or a numpy scalar without objects.
    """
    try:
        return _encoder.encode(_packed(value))
    except UnicodeEncodeError as error:
        raise NotPlain(f"a text is not plain data: {error}") from error


def loads(body: bytes) -> Any:
    """What `dumps` was given.

    Raises:
        SnapshotCorrupt: the bytes are not such a value.
    """
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, ValueError, TypeError) as error:
        raise SnapshotCorrupt(f"The state in the snapshot cannot be read: {error}.") from error


def _packed(value: Any) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is int:
        if -(1 << 63) <= value < 1 << 64:
            return value
        return msgspec.msgpack.Ext(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True))
    if kind is list:
        return _packed_items(value)
    if kind is dict:
        if _TEXT.issuperset(map(type, value)):
            return {key: item if type(item) in _PLAIN else _packed(item) for key, item in value.items()}
        # Other keys do not all come through a msgpack map, such as the cells of a grid.
        pairs = [[_packed(key), _packed(item)] for key, item in value.items()]
        return msgspec.msgpack.Ext(_DICT, _encoder.encode(pairs))
    pack = _EXTENDED.get(kind)
    if pack is None:
        if not isinstance(value, np.generic):
            raise NotPlain(f"{kind.__module__}.{kind.__qualname__} is not plain data")
        pack = _pack_scalar
    return pack(value)


def _packed_items(items: Iterable[Any]) -> list[Any]:
    """Each item packed; most are plain themselves, and a call for each of them would take most of the time."""
    return [item if type(item) in _PLAIN else _packed(item) for item in items]


def _pack_tuple(value: tuple[Any, ...]) -> msgspec.msgpack.Ext:
    return msgspec.msgpack.Ext(_TUPLE, _encoder.encode(_packed_items(value)))


def _pack_deque(value: deque[Any]) -> msgspec.msgpack.Ext:
    return msgspec.msgpack.Ext(_DEQUE, _encoder.encode([value.maxlen, _packed_items(value)]))


def _pack_array(value: np.ndarray[Any, Any]) -> msgspec.msgpack.Ext:
    if value.dtype.hasobject:
        raise NotPlain("an array of objects is not plain data")
    # The order is kept because numpy sums a Fortran array in another sequence, with other last bits.
    order = "F" if value.flags.f_contiguous and not value.flags.c_contiguous else "C"
    head = [value.dtype.str, value.shape, order]
    return msgspec.msgpack.Ext(_ARRAY, _encoder.encode([*head, value.tobytes(order)]))  # type: ignore[arg-type]


def _pack_scalar(value: np.generic) -> msgspec.msgpack.Ext:
    if value.dtype.hasobject:
        raise NotPlain("a scalar of objects is not plain data")
    return msgspec.msgpack.Ext(_SCALAR, _encoder.encode([value.dtype.str, value.tobytes()]))


def _pack_missing(_: Missing) -> msgspec.msgpack.Ext:
    return msgspec.msgpack.Ext(_MISSING, b"")


_EXTENDED: dict[type, Callable[[Any], msgspec.msgpack.Ext]] = {
    tuple: _pack_tuple,
    deque: _pack_deque,
    np.ndarray: _pack_array,
    Missing: _pack_missing,
}


def _unpacked(code: int, data: memoryview) -> Any:
    if code == _MISSING:
        return MISSING
    if code == _INTEGER:
        return int.from_bytes(data, "little", signed=True)
    parts = _decoder.decode(data)
    if code == _TUPLE:
        return tuple(parts)
    if code == _DICT:
        return {key: item for key, item in parts}
    if code == _DEQUE:
        return deque(parts[1], maxlen=parts[0])
    if code == _ARRAY:
        dtype, shape, order, raw = parts
        return np.frombuffer(bytearray(raw), dtype).reshape(shape, order=order)
    if code == _SCALAR:
        return np.frombuffer(parts[1], parts[0])[0]
    raise ValueError(f"extension {code} is not known")


_decoder = msgspec.msgpack.Decoder(ext_hook=_unpacked)
