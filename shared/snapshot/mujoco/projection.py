"""What MuJoCo computes of the constraints in an `MjData` and can compute again: `efc_AR`, and `efc_Y` behind it.

They are there under the solver PGS and where friction is corrected by `noslip`, and `efc_AR` has a number for
every two constraints: of a hand that holds something it is two thirds of a snapshot. A snapshot leaves them out
where `mj_projectConstraint` gives the same bits again. It does after any pass. An environment may have changed
since what they follow from, so every capture looks.
"""

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.snapshot.mujoco.memory import DataMemory

_COMPUTED = ("efc_AR", "efc_Y")
_LEAST_BYTES = 1 << 13
"""Smaller ones are not worth the looking, which takes 0.1 ms."""


class _Scratch(threading.local):
    """An `MjData` to compute in, of the model that this thread looked at last: to make one takes 0.3 ms."""

    data: Any = None

    def copy_of(self, data: Any) -> Any:
        import mujoco

        if self.data is None or self.data.model is not data.model:
            self.data = mujoco.MjData(data.model)
        mujoco.mj_copyData(self.data, data.model, data)
        return self.data


_scratch = _Scratch()


def without_projection(data: Any, memory: DataMemory, content: bytes) -> bytes | None:
    """What the arena holds but for the matrices, which `project` computes again; None if they have to be kept.

    The `MjData` stays as it is.
    """
    if data.efc_AR.nbytes < _LEAST_BYTES:
        return None
    for name, computed in _computed(data).items():
        if computed.tobytes() != getattr(data, name).tobytes():
            return None
    cleared = bytearray(content)
    for name in _COMPUTED:
        place = memory.place_in_arena(getattr(data, name))
        cleared[place.start : place.stop] = bytes(len(place))
    return bytes(cleared)


def project(data: Any) -> None:
    """Compute the matrices of an `MjData` that has everything else."""
    for name, computed in _computed(data).items():
        getattr(data, name)[...] = computed


def _computed(data: Any) -> dict[str, NDArray[np.float64]]:
    """Both matrices by name, of the scratch: MuJoCo puts them to another place in the arena than they were at."""
    import mujoco

    scratch = _scratch.copy_of(data)
    for name in _COMPUTED:
        getattr(scratch, name)[...] = np.nan  # what is not written again shows
    mujoco.mj_projectConstraint(data.model, scratch)
    return {name: getattr(scratch, name) for name in _COMPUTED}
