"""The physics of a MuJoCo environment: every fixed-size array of its `MjData`, and the time.

MuJoCo's own state (`mj_getState`, `mjSTATE_INTEGRATION`) is not enough. Ant, Humanoid and Reacher read derived
arrays before they step, which lag the positions by a substep; `mj_forward` after a restore would remove the lag
instead of restoring it. All fixed-size arrays lie in one buffer, the state among them. The others (contacts,
constraints) lie in an arena that every pass fills anew; no environment of Gymnasium's reads it between calls.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.errors import SnapshotCorrupt
from shared.snapshot.mujoco.memory import property_names

REMADE = frozenset({"crb", "M", "qLD", "qH", "qDeriv", "qLU"})
"""Arrays that every pass computes anew before it reads them, and that no frame needs.

Source: the pointers marked `XNV` in MuJoCo's `mjxmacro.h`. They are a fifth of a Humanoid.
"""

_ALIGNMENT = 64
"""Bytes; each array in the buffer begins at a multiple of it."""


class Physics:
    """The attribute `data` of an environment: `[time, bit mask of nonzero 64-bit words, those words]`."""

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
        # A fifth of a Humanoid's words are zeros; leaving them out costs 6 of 17 µs. zlib would save another third
        # and cost 113 µs.
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
        raise SnapshotCorrupt("The physics in the snapshot are those of another model.")


def fixed_arrays(data: Any) -> list[tuple[str, NDArray[Any]]]:
    """Names and arrays of what lies in the buffer of an `MjData` and is not empty, in the buffer's order."""
    # The buffer begins with the positions. The arena lies elsewhere, and so do empty arrays, which are copies.
    begin = data.qpos.ctypes.data
    found = []
    for name in property_names(data.__class__):
        value = getattr(data, name)
        if isinstance(value, np.ndarray) and value.size and not value.flags.owndata:
            offset = value.ctypes.data - begin
            if 0 <= offset < data.nbuffer:
                found.append((offset, name, value))
    return [(name, array) for _, name, array in sorted(found, key=lambda item: item[0])]


def is_whole(data: Any) -> bool:
    """Whether the fixed-size arrays that Python shows make up the whole buffer, apart from padding."""
    begin = end = data.qpos.ctypes.data
    for _, array in fixed_arrays(data):
        if not end <= array.ctypes.data < end + _ALIGNMENT:
            return False
        end = array.ctypes.data + array.nbytes
    return bool(end - begin <= data.nbuffer < end - begin + _ALIGNMENT)
