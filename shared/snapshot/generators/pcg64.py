"""The state of NumPy's PCG64, Gymnasium's own generator, as 40 bytes.

    128 bits of state, 128 bits of increment | whether half of a 64-bit draw is left over, and that half

NumPy keeps it in memory in this form, where the compiler has 128-bit integers, and it is read from there. NumPy's
own description takes 1.5 µs for each generator; a step of CartPole takes 7 µs and has three.
"""

import ctypes
import struct
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

PRIVATE_NAMES = ("numpy.random:PCG64.ctypes",)
"""What this module reads of other packages: the name is public, the memory that it tells of is not."""

_HALF = struct.Struct("<II")
_INTEGERS = 32


def packed(bit_generator: np.random.BitGenerator) -> bytes:
    """The state, from NumPy's own description of it."""
    state: Any = bit_generator.state
    inner = state["state"]
    integers: bytes = inner["state"].to_bytes(16, "little") + inner["inc"].to_bytes(16, "little")
    return integers + _HALF.pack(state["has_uint32"], state["uinteger"])


def unpack(state: bytes) -> dict[str, Any]:
    """NumPy's description of a state that `packed` returned."""
    has_uint32, uinteger = _HALF.unpack_from(state, _INTEGERS)
    return {
        "bit_generator": "PCG64",
        "state": {
            "state": int.from_bytes(state[:16], "little"),
            "inc": int.from_bytes(state[16:_INTEGERS], "little"),
        },
        "has_uint32": has_uint32,
        "uinteger": uinteger,
    }


def reader(bit_generator: np.random.BitGenerator) -> Callable[[], bytes]:
    """A function that returns the generator's state as `packed` does. The caller keeps the generator alive.

    NumPy says where the state is (`ctypes.state_address`) and promises nothing about its form. So only memory
    inside the object is read, and the first read is compared with NumPy's description. If they differ, the
    function asks NumPy each time.
    """
    in_memory = _reader_of_memory(bit_generator)
    if in_memory is not None and in_memory() == packed(bit_generator):
        return in_memory
    return lambda: packed(bit_generator)


def _reader_of_memory(bit_generator: np.random.BitGenerator) -> Callable[[], bytes] | None:
    """A reader of the memory, if the state is a pointer and the halves, and all of it is inside the object."""
    pointer = bit_generator.ctypes.state_address
    halves = pointer + ctypes.sizeof(ctypes.c_void_p)
    within = range(id(bit_generator), id(bit_generator) + type(bit_generator).__basicsize__)
    if pointer not in within or halves + _HALF.size not in within:
        return None
    integers = ctypes.c_void_p.from_address(pointer).value
    if integers is None or integers not in within or integers + _INTEGERS - 1 not in within:
        return None
    integers_there = (ctypes.c_char * _INTEGERS).from_address(integers)
    halves_there = (ctypes.c_char * _HALF.size).from_address(halves)

    # A function of C's: one of Python's own would cost more than the reading, three times a step.
    return partial(b"".join, (integers_there, halves_there))
