"""The state of NumPy's MT19937, which is behind `np.random`, read from memory.

NumPy's `state` makes an array and a dictionary of it, which takes 31 µs; to see whether an environment drew a
number at all, the bytes are enough, and those take 0.5 µs.
"""

import ctypes
from functools import cache
from typing import Any

import numpy as np

PRIVATE_NAMES = ("numpy.random:MT19937.ctypes",)
"""What this module reads of other packages: the name is public, the memory that it tells of is not."""

_BYTES = 625 * 4
"""The key of 624 words, and the position in it."""


def state_bytes(generator: np.random.MT19937) -> bytes:
    """The key and the position, 32-bit each, in the machine's byte order."""
    address = _address_within(generator)
    if address is None or not is_laid_out_as_described():
        return _described(generator)
    return ctypes.string_at(address, _BYTES)


def _described(generator: np.random.MT19937) -> bytes:
    """The same bytes by NumPy's own description of the state."""
    state: Any = generator.state["state"]
    words: bytes = np.append(state["key"], np.uint32(state["pos"])).astype(np.uint32).tobytes()
    return words


def _address_within(generator: np.random.MT19937) -> int | None:
    """Where the state is, if all of it is in the object's own memory, so that it can be read at all."""
    address: int = generator.ctypes.state_address
    first = id(generator)
    return address if first <= address <= first + type(generator).__basicsize__ - _BYTES else None


@cache
def is_laid_out_as_described() -> bool:
    """Whether the memory of a generator holds what NumPy says of it, new and after a draw."""
    generator = np.random.MT19937(19937)
    address = _address_within(generator)
    if address is None:
        return False
    new = ctypes.string_at(address, _BYTES) == _described(generator)
    np.random.Generator(generator).random(3)
    return new and ctypes.string_at(address, _BYTES) == _described(generator)
