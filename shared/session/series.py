"""What many calls gave, in order: one array where it can be one, which is what makes a long reply short."""

from collections.abc import Sequence
from itertools import repeat
from operator import attrgetter, is_
from typing import Any

import numpy as np

from shared.wire.detached import detached, size_of


class Series:
    """Values of one kind, each as it was when it was added; the environment may reuse its own."""

    def __init__(self) -> None:
        self._items: list[Any] = []
        self.append_number = self._items.append
        """Add a float or bool, which cannot change."""

    def append(self, value: Any) -> None:
        """Add any value.

        Raises:
            NotEncodable: it contains itself or is nested too deep.
        """
        self._items.append(detached(value))

    @property
    def size(self) -> int:
        """About how many bytes the values take: all of them as many as the last."""
        return len(self._items) * size_of(self._items[-1]) if self._items else 0

    def joined(self) -> Any:
        """An array with a first axis over the values if they are numbers or arrays of one kind; else a list."""
        items = self._items
        if not items or not _alike(items):
            return items
        joined = np.array(items)
        # Integers above 63 bits beside negative ones have no common dtype but a float's.
        return items if joined.dtype.kind == "f" and isinstance(items[0], int) else joined


_dtype, _shape = attrgetter("dtype"), attrgetter("shape")


def _alike(items: Sequence[Any]) -> bool:
    kinds = set(map(type, items))
    if len(kinds) > 1:
        return False
    if kinds == {np.ndarray}:
        first = items[0]
        # NumPy has one object for each of its common dtypes.
        one_dtype = first.dtype.kind in "biuf" and all(map(is_, map(_dtype, items), repeat(first.dtype)))
        return one_dtype and set(map(_shape, items)) == {first.shape}
    return isinstance(items[0], bool | int | float | np.number | np.bool)
