"""The values of many steps, in order. They become one array where they can, which keeps a long reply short."""

from array import array
from typing import Any

import numpy as np

from shared.snapshot.contract.returned import told_reward
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


class Rewards:
    """The rewards of a single environment: floats, until one comes that is not a single number."""

    def __init__(self) -> None:
        self._floats = array("d")
        self._columns: Columns | None = None

    def append(self, reward: Any) -> None:
        """Add a reward as the environment gave it.

        Raises:
            NotEncodable: it is no reward.
        """
        if type(reward) is float and self._columns is None:
            self._floats.append(reward)
            return
        told = told_reward(reward)
        if self._columns is None:
            if isinstance(told, float):
                self._floats.append(told)
                return
            self._columns = Columns()
            for each in self._floats:
                self._columns.append(each)
        self._columns.append(told)

    @property
    def size(self) -> int:
        """Bytes that they take."""
        return len(self._floats) * self._floats.itemsize if self._columns is None else self._columns.size

    def joined(self) -> Any:
        """A float64 array, an array with a first axis over vectors of one kind, or a list; empty, it is a list."""
        if self._columns is not None:
            return self._columns.joined()
        return np.frombuffer(self._floats) if self._floats else []


class Flags:
    """Sparse flags: only those that are not False are stored, by their index."""

    def __init__(self) -> None:
        self._raised: dict[int, Any] = {}

    def note(self, index: int, flag: Any) -> None:
        """Note the flag at this index: True, or several in one."""
        self._raised[index] = flag if isinstance(flag, bool) else detached(flag)

    @property
    def size(self) -> int:
        """Bytes that they take, if all are as large as the first."""
        first = next(iter(self._raised.values()), False)
        return 0 if isinstance(first, bool) else len(self._raised) * size_of(first)

    def joined(self, length: int) -> Any:
        """An array of this length; a list if a flag is several in one, and an empty list if the length is 0."""
        if any(not isinstance(flag, bool) for flag in self._raised.values()):
            return [self._raised.get(index, False) for index in range(length)]
        flags = np.zeros(length, bool)
        flags[[*self._raised]] = True
        return flags if length else []
