"""The physics of a MuJoCo environment: every array of fixed size in its `MjData`, and the time.

MuJoCo's own state (`mj_getState`, `mjSTATE_INTEGRATION`) is not enough: Ant, Humanoid and Reacher read derived
arrays, which lag the positions by a substep, before they step, and `mj_forward` after a restore brings the two
in line instead of back. All arrays of fixed size lie in one buffer, the state among them. The others (contacts,
constraints) lie in an arena that every pass makes anew; no environment of Gymnasium's reads it between calls.
"""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.errors import SnapshotCorrupt

REMADE = frozenset({"crb", "M", "qLD", "qH", "qDeriv", "qLU"})
"""Arrays that every pass makes anew before it reads them, and that a picture does not need.

They are the ones marked `XNV` among the buffer's pointers in MuJoCo's `mjxmacro.h`, and a fifth of a Humanoid.
"""

_ALIGNMENT = 64
"""Each array in the buffer begins at a multiple of this many bytes."""


class Physics:
    """The attribute `data` of an environment, as `[time, which words are not zero, those words]`."""

    name = "data"

    def of(self, owner: Any) -> "_PhysicsOf":
        """The physics of this environment."""
        return _PhysicsOf(owner.data)


class _PhysicsOf:
    def __init__(self, data: Any) -> None:
        self._data = data
        self._arrays = [
            array.reshape(-1).view(np.uint8) for name, array in fixed_arrays(data) if name not in REMADE
        ]
        sizes = [array.size for array in self._arrays]
        self._words = np.zeros(-(-sum(sizes) // 8), np.uint64)
        self._packed = self._words.view(np.uint8)[: sum(sizes)]
        self._parts = np.split(self._packed, np.cumsum(sizes)[:-1])

    def read(self) -> list[Any]:
        # A fifth of a Humanoid's words are zeros, and leaving them out costs 6 µs of 17. zlib would take another
        # third off, for 113 µs.
        np.concatenate(self._arrays, out=self._packed)
        filled = self._words != 0
        return [self._data.time, np.packbits(filled).tobytes(), self._words[filled].tobytes()]

    def write(self, value: Any) -> None:
        time, filled, words = self._checked(value)
        self._words[:] = 0
        self._words[filled] = words
        for array, part in zip(self._arrays, self._parts, strict=True):
            array[:] = part
        self._data.time = time

    def _checked(self, value: Any) -> tuple[float, NDArray[np.bool_], NDArray[np.uint64]]:
        match value:
            case [float(time), bytes(mask), bytes(words)] if len(mask) == -(-self._words.size // 8):
                filled = np.unpackbits(np.frombuffer(mask, np.uint8), count=self._words.size).view(np.bool_)
                if len(words) == 8 * np.count_nonzero(filled):
                    return time, filled, np.frombuffer(words, np.uint64)
        raise SnapshotCorrupt("The physics in the snapshot belong to another model.")


def fixed_arrays(data: Any) -> list[tuple[str, NDArray[Any]]]:
    """The arrays of an `MjData` that lie in its buffer and are not empty, named, in the buffer's order."""
    # The buffer begins with the positions. The arena is far away, and what is empty is a copy elsewhere.
    begin = data.qpos.ctypes.data
    found = []
    for name in _properties(data.__class__):
        value = getattr(data, name)
        if isinstance(value, np.ndarray) and value.size and not value.flags.owndata:
            offset = value.ctypes.data - begin
            if 0 <= offset < data.nbuffer:
                found.append((offset, name, value))
    return [(name, array) for _, name, array in sorted(found, key=lambda item: item[0])]


def is_whole(data: Any) -> bool:
    """Whether the fixed arrays that Python shows make up MuJoCo's buffer, but for what alignment leaves free."""
    begin = end = data.qpos.ctypes.data
    for _, array in fixed_arrays(data):
        if not end <= array.ctypes.data < end + _ALIGNMENT:
            return False
        end = array.ctypes.data + array.nbytes
    return bool(end - begin <= data.nbuffer < end - begin + _ALIGNMENT)


@cache
def _properties(kind: type) -> tuple[str, ...]:
    return tuple(name for name, member in vars(kind).items() if isinstance(member, property))
