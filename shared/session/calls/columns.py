"""The values of many steps, in order. They become one array where they can, which keeps a long reply short."""

from array import array
from typing import Any

import numpy as np

from shared.wire.values.detached import detached, size_of


class Columns:
    """Values of any kind, copied as they are added, since an environment may reuse its own."""

    def __init__(self) -> None:
        self._rows: list[bytes] = []
        """The bytes of the values while all are arrays of one dtype and shape: half the time of copies."""
        self._dtype: np.dtype[Any] | None = None
        self._shape: tuple[int, ...] = ()
        self._items: list[Any] = []
        """Detached copies of the values otherwise."""

    def append(self, value: Any) -> None:
        """Add any value.

        Raises:
            NotEncodable: it contains itself or is nested too deep.
        """
        # NumPy has one object for each of its common dtypes.
        if type(value) is np.ndarray and value.dtype is self._dtype and value.shape == self._shape:
            self._rows.append(value.tobytes())
        elif not (self._rows or self._items) and type(value) is np.ndarray and value.dtype.kind in "biuf":
            self._dtype, self._shape = value.dtype, value.shape
            self._rows.append(value.tobytes())
        else:
            if self._rows:
                self._items.extend(self.joined())
                self._rows, self._dtype = [], None
            self._items.append(detached(value))

    @property
    def size(self) -> int:
        """Bytes that the values take, if all are as large as the last."""
        if self._rows:
            return len(self._rows) * len(self._rows[-1])
        return len(self._items) * size_of(self._items[-1]) if self._items else 0

    def joined(self) -> Any:
        """One array with a first axis over the values, if they are numbers or arrays of one kind; else a list."""
        if self._rows:
            return np.frombuffer(b"".join(self._rows), self._dtype).reshape(len(self._rows), *self._shape)
        items = self._items
        if len(set(map(type, items))) != 1 or not isinstance(items[0], bool | int | float | np.number | np.bool):
            return items
        joined = np.array(items)
        # Integers above 63 bits beside negative ones have no common dtype but a float's.
        return items if joined.dtype.kind == "f" and isinstance(items[0], int) else joined


class Floats:
    """Floats, such as the rewards of a single environment."""

    def __init__(self) -> None:
        self._values = array("d")
        self.append = self._values.append
        """Add a float."""

    @property
    def size(self) -> int:
        """Bytes that they take."""
        return len(self._values) * self._values.itemsize

    def joined(self) -> Any:
        """A float64 array; an empty list if there are none."""
        return np.frombuffer(self._values) if self._values else []


class Flags:
    """Sparse booleans, stored as the indices of True."""

    size = 0

    def __init__(self) -> None:
        self._raised: list[int] = []

    def append(self, index: int) -> None:
        """Note that the boolean at this index is True."""
        self._raised.append(index)

    def joined(self, length: int) -> Any:
        """A bool array of this length; an empty list if that is 0."""
        flags = np.zeros(length, bool)
        flags[self._raised] = True
        return flags if length else []
