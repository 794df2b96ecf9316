"""numpy's arrays in an object graph: their values, and whose memory they look at.

A pickle turns each array into one of its own. An environment that keeps `state` and `position = state[:2]` would
come back with a position that no longer follows its state, and sums over strided arrays with other last bits.
"""

import sys
from pickle import PickleBuffer
from typing import Any

import numpy as np

from shared.codec.plain import NotPlain

Array = np.ndarray[Any, Any]

LARGE_BYTES = 1 << 14
"""From this size on an array's memory is handed to the pickler's `buffer_callback`."""

_REFERENCES_TO_ITS_OWN = 3
"""To a bytearray: the memoryview's, and while it is looked at a variable's and an argument's."""


def reduce_array(array: Array) -> Any:
    """How an array is made again: one with its own memory from that, a view from the array it looks at.

    Raises:
        NotPlain: it looks at memory that others may change and that is not an array's.
    """
    owner = _owner(array)
    if not _one_block(owner) or (array.flags.writeable and not owner.flags.writeable):
        raise NotPlain("an array looks at a part of another in a way that cannot be repeated")
    if owner is not array:
        if array.dtype.hasobject:
            raise NotPlain("an array looks at a part of an array of objects")
        offset = _address(array) - _address(owner)
        return _view, (owner, offset, array.dtype, array.shape, array.strides, array.flags.writeable)
    strides = None if array.flags.c_contiguous else array.strides
    form = (array.shape, array.dtype, strides)
    if array.dtype.hasobject:
        # Its objects are given to it afterwards, since they may lead back to it.
        objects = (array.ravel("K").tolist(), array.flags.writeable)
        return _of_objects, form, objects, None, None, _set_objects
    memory: Any = array.ravel("K").view(np.uint8)
    held = memory.tobytes() if memory.nbytes < LARGE_BYTES else PickleBuffer(memory)
    return _of_bytes, (held, *form, array.flags.writeable)


def reduce_subclass(array: Array) -> Any:
    """How an array of a subclass is made again: as it says itself, where it has memory of its own.

    Raises:
        NotPlain: it is a view, or has attributes, which its pickle would leave out.
    """
    if array.base is not None or getattr(array, "__dict__", None):
        raise NotPlain(f"{type(array).__qualname__} is an array of a subclass that is a view or has attributes")
    return NotImplemented


def reduce_dtype(dtype: np.dtype[Any]) -> Any:
    """How a type is made again: the simple ones as numpy's own single object, which a pickle would copy."""
    if dtype.isbuiltin == 1 and dtype.metadata is None:
        return np.dtype, (dtype.str,)
    return NotImplemented


def _owner(array: Array) -> Array:
    """The array whose memory this one looks at; itself if nobody else can change what it sees."""
    base: Any = array.base
    if base is None:
        return array
    if type(base) is np.ndarray:
        return _owner(base)
    if isinstance(base, memoryview):
        base = base.obj
    # An array that came out of a pickle looks at a bytearray of which nobody else knows.
    if type(base) is bytearray and sys.getrefcount(base) <= _REFERENCES_TO_ITS_OWN:
        return array
    if type(base) is bytes or type(base).__module__.startswith("jaxlib"):
        return array
    raise NotPlain(f"an array looks at the memory of a {type(base).__module__}.{type(base).__qualname__}")


def _one_block(array: Array) -> bool:
    """Whether the array's memory has no gaps, in whichever order of its axes."""
    return array.ravel("K").base is not None


def _address(array: Array) -> int:
    address: int = array.__array_interface__["data"][0]
    return address


def _of_bytes(memory: Any, shape: Any, dtype: np.dtype[Any], strides: Any, writeable: bool) -> Array:
    made: Array = np.ndarray(shape, dtype, strides=strides)
    made.ravel("K").view(np.uint8)[...] = np.frombuffer(memory, np.uint8)
    made.flags.writeable = writeable
    return made


def _of_objects(shape: Any, dtype: np.dtype[Any], strides: Any) -> Array:
    return np.ndarray(shape, dtype, strides=strides)


def _set_objects(array: Array, state: tuple[list[Any], bool]) -> None:
    objects, writeable = state
    flat = array.ravel("K")
    for index, item in enumerate(objects):
        flat[index] = item
    array.flags.writeable = writeable


def _view(owner: Array, offset: int, dtype: np.dtype[Any], shape: Any, strides: Any, writeable: bool) -> Array:
    memory = owner.ravel("K").view(np.uint8)
    made: Array = np.ndarray(shape, dtype, memory, offset, strides)
    made.flags.writeable = writeable
    return made
