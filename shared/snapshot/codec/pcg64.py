"""The state of NumPy's PCG64, Gymnasium's own generator, as 40 bytes.

    128 bits of state and 128 of increment | whether half of a 64-bit draw is left over, and that half

In this form and order NumPy keeps it in memory, on the machines that it has 128-bit integers on. It is read from
there: as Python's integers it takes 1.5 µs, and a step of CartPole that takes 7 has three generators.
"""

import ctypes
import struct
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

_HALF = struct.Struct("<II")
_INTEGERS = 32


def packed(bit_generator: np.random.BitGenerator) -> bytes:
    """The state, by NumPy's own description of it."""
    state: Any = bit_generator.state
    inner = state["state"]
    integers: bytes = inner["state"].to_bytes(16, "little") + inner["inc"].to_bytes(16, "little")
    return integers + _HALF.pack(state["has_uint32"], state["uinteger"])


def unpack(state: bytes) -> dict[str, Any]:
    """What `packed` gave, as NumPy describes it."""
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
    """A function that gives the state that the generator is in, as `packed` does; the caller keeps the generator.

    NumPy tells where the state is (`ctypes.state_address`) and promises nothing of its form. So only the object's
    own memory is read, and what stands there is compared with what NumPy says; where it is anything else, NumPy is
    asked each time.
    """
    in_memory = _reader_of_memory(bit_generator)
    if in_memory is not None and in_memory() == packed(bit_generator):
        return in_memory
    return lambda: packed(bit_generator)


def _reader_of_memory(bit_generator: np.random.BitGenerator) -> Callable[[], bytes] | None:
    """A reader of where the state is, if that is a pointer and the halves, and the pointer stays in the object."""
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
