"""The numeric spaces, whose members are arrays within bounds, one at a time or stacked."""

from typing import Any, TypeGuard

import numpy as np
from gymnasium import Space, spaces
from numpy.typing import NDArray

from shared.wire.values.arrays import ArrayReader, from_typed
from shared.wire.values.mismatch import Mismatch

Numeric = spaces.Box | spaces.MultiBinary | spaces.MultiDiscrete | spaces.Discrete
"""The spaces whose members are arrays, or scalars that stack to arrays."""


_NUMERIC = frozenset({spaces.Box, spaces.MultiBinary, spaces.MultiDiscrete, spaces.Discrete})


def is_numeric(space: Space[Any]) -> TypeGuard[Numeric]:
    """Whether the space is one of these itself; a subclass may contain fewer."""
    return type(space) in _NUMERIC


def last(space: spaces.Discrete) -> int:
    """The largest member. `start + n - 1` may be beyond the dtype."""
    return min(int(space.start) + int(space.n) - 1, int(np.iinfo(space.dtype).max))


class BoundedArrays:
    """Arrays of one shape and dtype between two bounds, which are arrays of that shape, scalars or None."""

    __slots__ = ("high", "low", "reader", "shape")

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[Any], low: Any, high: Any) -> None:
        self.reader = ArrayReader(dtype)
        self.shape, self.low, self.high = shape, low, high

    @classmethod
    def of(cls, space: Numeric) -> "BoundedArrays":
        """The arrays of a numeric space. Those of a Discrete are 0-d, and those of a Box have no bounds.

        In process an environment gets whatever its policy made: it clips the action, uses it or refuses it.
        """
        low: Any
        high: Any
        match space:
            case spaces.Box():
                low, high = None, None
            case spaces.MultiBinary():
                low, high = np.int8(0), np.int8(1)
            case spaces.MultiDiscrete():
                low, high = space.start, space.start + (space.nvec - 1)
            case spaces.Discrete():
                low, high = space.start, space.dtype.type(last(space))
        return cls(space.shape or (), space.dtype, low, high)

    def one(self, raw: Any) -> NDArray[Any]:
        """A new array from what `ArrayReader` takes.

        Raises:
            Mismatch: it cannot be read as one, or a number is outside the bounds.
        """
        return self._bounded(self.reader(raw, self.shape))

    def stack(self, raw: Any) -> tuple[NDArray[Any], int]:
        """Any number of them along a new first axis, and their number.

        Raises:
            Mismatch: as for `one`.
        """
        if isinstance(raw, dict):
            raw = from_typed(raw)
        if not isinstance(raw, (list, tuple)) and not (isinstance(raw, np.ndarray) and raw.ndim):
            raise Mismatch("it takes a list")
        return self._bounded(self.reader(raw, (len(raw), *self.shape))), len(raw)

    def _bounded(self, array: NDArray[Any]) -> NDArray[Any]:
        if self.low is None:
            return array
        inside = (self.low <= array) & (array <= self.high)
        if np.count_nonzero(inside) == array.size:
            return array
        at = tuple(int(i) for i in np.argwhere(~inside)[0])
        low, high = (np.broadcast_to(bound, array.shape)[at] for bound in (self.low, self.high))
        place = f" at {list(at)}" if at else ""
        raise Mismatch(f"{array[at]}{place} is not from {low} to {high}")
