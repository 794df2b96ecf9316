"""NumPy's arrays and scalars from the text of a dtype and bytes, as both dialects store them."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

_DTYPE = r"[<>|][biufcSUmMV]\d+(\[\d*[A-Za-z]+\])?"

LONG = "gG"
"""The codes of long doubles, real and complex."""

_LONG_BITS_BYTES = 10 if np.finfo(np.longdouble).nmant == 63 else np.dtype(np.longdouble).itemsize
"""Bytes of a long double that count: x87's format has ten, and then padding with whatever was in memory."""


def bytes_of(array: NDArray[Any] | np.generic) -> bytes:
    """The elements' bytes in C order, equal for equal bits: padding is zero. An array has no fields."""
    if array.dtype.char not in LONG:
        return array.tobytes()
    parts = np.array(array, order="C", ndmin=1).view(np.longdouble).view(np.uint8)
    rows = parts.reshape(-1, np.dtype(np.longdouble).itemsize)
    rows[:, _LONG_BITS_BYTES:] = 0
    return rows.tobytes()


@lru_cache(maxsize=256)
def dtype_of(text: str) -> np.dtype[Any]:
    """The dtype whose `numpy.dtype.str` is the text, such as `<f4`.

    Raises:
        ValueError: there is none, or its elements are objects.
        TypeError: likewise.
    """
    # np.dtype() reads much more than `str` writes: names, records, objects. None of it is stored.
    if not re.fullmatch(_DTYPE, text):
        raise ValueError(f"{text[:40]!r} is not a dtype of numbers, text, bytes or times")
    return np.dtype(text)


def array_of(content: Sequence[Any]) -> NDArray[Any]:
    """A writable array in C order that owns its memory, of `[dtype, shape, bytes]`.

    Raises:
        ValueError: the bytes are not of that dtype and shape.
        TypeError: likewise.
    """
    dtype, shape, data = content
    return np.frombuffer(data, dtype_of(dtype)).reshape(shape).copy()


def array_in_order_of(content: Sequence[Any]) -> NDArray[Any]:
    """As `array_of`, of `[dtype, shape, order, bytes]`; the order is "C" or "F", Fortran's."""
    dtype, shape, order, data = content
    array = np.frombuffer(data, dtype_of(dtype))
    return array.reshape(shape).copy() if order == "C" else array.reshape(shape, order=order).copy("K")


def scalar_of(content: Sequence[Any]) -> Any:
    """A NumPy scalar, of `[dtype, bytes]`.

    Raises:
        ValueError: the bytes are not one element of that dtype.
        TypeError: likewise.
    """
    text, data = content
    dtype = dtype_of(text)
    if len(data) == dtype.itemsize and data:
        return np.frombuffer(data, dtype)[0]
    if dtype.itemsize or data.strip(b"\0"):
        raise ValueError(f"{len(data)} bytes are not one {text}")
    # Empty text, which NumPy writes as one NUL, and np.frombuffer does not read.
    return np.zeros((), dtype)[()]


def array_of_objects(content: Sequence[Any]) -> NDArray[Any]:
    """An array of objects, of `[shape, items]` in C order.

    Raises:
        ValueError: there are more or fewer items than the shape has.
    """
    shape, items = content
    array = np.empty(len(items), object)
    for index, item in enumerate(items):  # assigned at once, items that are lists would become further axes
        array[index] = item
    return array.reshape(shape)
