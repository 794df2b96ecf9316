"""Arrays from the wire as nested lists of numbers or typed arrays, and typed arrays to it.

A typed array is `{"dtype", "shape", "data"}`; its data is the elements' bytes, little-endian in C order. In lists,
the non-finite floats are the words "Infinity", "-Infinity" and "NaN".
"""

import base64
import math
from collections.abc import Callable
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.wire.values.abbreviation import abbreviated
from shared.wire.values.mismatch import Mismatch

WORDS = {"Infinity": math.inf, "-Infinity": -math.inf, "NaN": math.nan}
"""The non-finite floats by their only spelling: those of JavaScript's `String(x)`."""

# A fixed list: np.dtype("O") or a structured dtype must never be made from what a client sent.
_DTYPES = {
    name: np.dtype(name).newbyteorder("<")
    for name in (
        *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
        *("float16", "float32", "float64"),
    )
}
_NAMES = {dtype: name for name, dtype in _DTYPES.items()}
# Also by NumPy's `dtype.str`, such as "<f4".
_READ = _DTYPES | {dtype.str: dtype for dtype in _DTYPES.values()}
_MOST_AXES = 64
_INTEGRAL = frozenset((int, bool))
_REAL = frozenset((float, int, bool))


def as_typed(array: NDArray[Any], blob: Callable[[bytes], Any]) -> dict[str, Any]:
    """A typed array; `blob` makes its data of the bytes. A long double becomes a float64."""
    name = _NAMES.get(array.dtype)
    if name is None:  # Big-endian, or a long double.
        name = array.dtype.name if array.dtype.name in _DTYPES else "float64"
        array = array.astype(_DTYPES[name])
    return {"dtype": name, "shape": list(array.shape), "data": blob(array.tobytes())}


def from_typed(raw: dict[str, Any]) -> NDArray[Any]:
    """A read-only view of a typed array's data, which is bytes or base64 text.

    Raises:
        Mismatch: the keys, the dtype or the shape are not a typed array's, or the data is not of their size.
    """
    if raw.keys() != {"dtype", "shape", "data"}:
        raise Mismatch('a typed array has exactly the keys "dtype", "shape" and "data"')
    name, shape, data = raw["dtype"], raw["shape"], raw["data"]
    if not isinstance(name, str) or name not in _READ:
        raise Mismatch(f"the dtype of a typed array is one of {', '.join(_DTYPES)}")
    if not (
        isinstance(shape, (list, tuple))
        and len(shape) <= _MOST_AXES
        and all(type(size) is int and size >= 0 for size in shape)
    ):
        raise Mismatch("the shape of a typed array is a list of sizes")
    try:
        content = base64.b64decode(data, validate=True) if isinstance(data, str) else bytes(memoryview(data))
    except (TypeError, ValueError):
        raise Mismatch("the data of a typed array is bytes or base64 text") from None
    dtype = _READ[name]
    if len(content) != math.prod(shape) * dtype.itemsize:
        raise Mismatch(f"{len(content)} bytes of data are not shape {abbreviated(list(shape))} of {name}")
    if dtype.kind == "b" and content.strip(b"\0\1"):
        raise Mismatch("the bytes of a bool array are 0 or 1")
    try:
        return np.frombuffer(content, dtype).reshape(shape)
    except ValueError:  # Empty, with an axis too long for NumPy.
        raise Mismatch("the shape of a typed array is too large") from None


def integer(value: Any) -> int:
    """An integer, a bool (0 or 1) or a float of integral value, as an int of the same value.

    Raises:
        Mismatch: it is anything else.
    """
    if isinstance(value, int | np.integer | np.bool_):
        return int(value)
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return int(value)
    raise Mismatch(f"{abbreviated(value)} is not an integer")


def _real(value: Any) -> Any:
    """A float, int or bool unchanged, or the float that a word stands for."""
    if isinstance(value, float | int | np.floating | np.integer | np.bool_):
        return value
    if isinstance(value, str) and value in WORDS:
        return WORDS[value]
    raise Mismatch(f"{abbreviated(value)} is not a number")


def _flattened(raw: Any, shape: tuple[int, ...]) -> list[Any]:
    """The leaves of nested lists of exactly this shape, in C order."""
    rows = [raw]
    for size in shape:
        for row in rows:
            if not isinstance(row, (list, tuple)) or len(row) != size:
                example = f", such as {[raw]}" if shape == (1,) and type(raw) in _REAL else ""
                raise Mismatch(f"a list of shape {list(shape)} is needed{example}")
        rows = rows[0] if len(rows) == 1 else list(chain.from_iterable(rows))
    return rows


class ArrayReader:
    """Reads arrays of one bool, integer or float dtype. Values do not change, except that floats are rounded.

    A float is rounded to the nearest of the dtype, as NumPy does, and refused if it would become infinite. An
    integer dtype takes integers and floats of integral value within its range. A bool dtype takes 0 and 1. A bool
    counts as 0 or 1 everywhere, as in NumPy and in Gymnasium's `contains`.
    """

    __slots__ = ("_dtype", "_largest", "_numbers")

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self._dtype = dtype
        self._numbers = self._floats if dtype.kind == "f" else self._integers
        self._largest = float(np.finfo(dtype).max) if dtype.kind == "f" else 0.0

    def __call__(self, raw: Any, shape: tuple[int, ...]) -> NDArray[Any]:
        """A new, writable array of `shape` from nested lists, a typed array or a NumPy array.

        Raises:
            Mismatch: the shape is another, or a number is not one of the dtype's.
        """
        if isinstance(raw, dict):
            raw = from_typed(raw)
        if isinstance(raw, np.ndarray):
            if raw.shape != shape:
                raise Mismatch(f"its shape is {list(raw.shape)} and not {list(shape)}")
            if np.can_cast(raw.dtype, self._dtype):
                return raw.astype(self._dtype)
            # An array of another dtype is read number by number, like a list.
            flat = raw.ravel().tolist()
        else:
            flat = _flattened(raw, shape)
        numbers = self._numbers(flat)
        return numbers if len(shape) == 1 else numbers.reshape(shape)

    def _floats(self, flat: list[Any]) -> NDArray[Any]:
        largest = self._largest
        if (
            _REAL.issuperset(map(type, flat))
            and -largest <= min(flat, default=0)
            and max(flat, default=0) <= largest
        ):
            return np.array(flat, self._dtype)
        # Words, infinities, and numbers just above the largest, which may round to it. np.errstate takes as long
        # as all of the above, so only these use it.
        try:
            with np.errstate(over="raise"):
                return np.array([_real(value) for value in flat], np.float64).astype(self._dtype)
        except (OverflowError, FloatingPointError):
            raise Mismatch(f"a number in it is too large for {self._dtype}") from None

    def _integers(self, flat: list[Any]) -> NDArray[Any]:
        if not _INTEGRAL.issuperset(map(type, flat)):
            flat = [integer(value) for value in flat]
        if self._dtype.kind == "b" and not {0, 1}.issuperset(flat):
            raise Mismatch("a bool is true, false, 1 or 0")
        try:
            return np.array(flat, self._dtype)
        except OverflowError:
            raise Mismatch(f"a number in it does not fit {self._dtype}") from None
