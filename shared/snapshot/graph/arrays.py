"""numpy arrays in an object graph: their values, their strides, and whose memory they are views of.

pickle gives every array memory of its own. An environment that keeps `state` and `position = state[:2]` would come
back with a position that no longer follows its state, and sums over strided arrays would differ in the last bit.
"""

import sys
from pickle import PickleBuffer
from typing import Any

import numpy as np

from shared.codec.plain import NotPlain
from shared.snapshot.contract.stable_names import stable_name

Array = np.ndarray[Any, Any]

LARGE_BYTES = 1 << 14
"""From this size on, memory is handed to the pickler's `buffer_callback` and stored beside the graph."""

_REFERENCES_TO_ITS_OWN = 3
"""References to a bytearray that one array owns: the memoryview's, a local variable's and an argument's."""


def reduce_array(array: Array) -> Any:
    """The reduction of an array: to its own memory, or to a view of the array that owns the memory.

    Raises:
        NotPlain: The memory belongs to something else than an array, which may change it.
    """
    owner = _owner(array)
    if not _one_block(owner) or (array.flags.writeable and not owner.flags.writeable):
        raise NotPlain("an array is a view of another in a way that cannot be repeated")
    if owner is not array:
        if array.dtype.hasobject:
            raise NotPlain("an array is a view of an array of objects")
        offset = _address(array) - _address(owner)
        return _view, (owner, offset, array.dtype, array.shape, array.strides, array.flags.writeable)
    strides = None if array.flags.c_contiguous else array.strides
    form = (array.shape, array.dtype, strides)
    if array.dtype.hasobject:
        # Its objects may lead back to it, so they are set after it is made.
        objects = (array.ravel("K").tolist(), array.flags.writeable)
        return _of_objects, form, objects, None, None, _set_objects
    memory: Any = array.ravel("K").view(np.uint8)
    held = memory.tobytes() if memory.nbytes < LARGE_BYTES else PickleBuffer(memory)
    return _of_bytes, (held, *form, array.flags.writeable)


def reduce_subclass(array: Array) -> Any:
    """An array of a subclass is left to its own reduction, where it owns its memory.

    Raises:
        NotPlain: It is a view, or has attributes, which its pickle would leave out.
    """
    if array.base is not None or getattr(array, "__dict__", None):
        raise NotPlain(f"{type(array).__qualname__} is an array of a subclass that is a view or has attributes")
    return NotImplemented


def reduce_dtype(dtype: np.dtype[Any]) -> Any:
    """The built-in types come back as numpy's own objects, of which a pickle would make copies."""
    if dtype.isbuiltin == 1 and dtype.metadata is None:
        return np.dtype, (dtype.str,)
    return NotImplemented


def _owner(array: Array) -> Array:
    """The array that owns the memory; the array itself if nothing else can change its values."""
    base: Any = array.base
    if base is None:
        return array
    if type(base) is np.ndarray:
        return _owner(base)
    if isinstance(base, memoryview):
        base = base.obj
    # An array that came out of a pickle is a view of a bytearray that nothing else refers to.
    if type(base) is bytearray and sys.getrefcount(base) <= _REFERENCES_TO_ITS_OWN:
        return array
    if type(base) is bytes or type(base).__module__.startswith("jaxlib"):
        return array
    raise NotPlain(f"an array is a view of the memory of a {type(base).__module__}.{type(base).__qualname__}")


def _one_block(array: Array) -> bool:
    """Whether the array's memory has no gaps, in any order of its axes."""
    return array.ravel("K").base is not None


def _address(array: Array) -> int:
    address: int = array.__array_interface__["data"][0]
    return address


@stable_name("array")
def _of_bytes(memory: Any, shape: Any, dtype: np.dtype[Any], strides: Any, writeable: bool) -> Array:
    made: Array = np.ndarray(shape, dtype, strides=strides)
    made.ravel("K").view(np.uint8)[...] = np.frombuffer(memory, np.uint8)
    made.flags.writeable = writeable
    return made


@stable_name("array of objects")
def _of_objects(shape: Any, dtype: np.dtype[Any], strides: Any) -> Array:
    return np.ndarray(shape, dtype, strides=strides)


@stable_name("set array of objects")
def _set_objects(array: Array, state: tuple[list[Any], bool]) -> None:
    objects, writeable = state
    flat = array.ravel("K")
    for index, item in enumerate(objects):
        flat[index] = item
    array.flags.writeable = writeable


@stable_name("view of array")
def _view(owner: Array, offset: int, dtype: np.dtype[Any], shape: Any, strides: Any, writeable: bool) -> Array:
    memory = owner.ravel("K").view(np.uint8)
    made: Array = np.ndarray(shape, dtype, memory, offset, strides)
    made.flags.writeable = writeable
    return made
