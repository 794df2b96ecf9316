"""One attribute that changes, of an environment or wrapper, read as a plain value and written back.

A family's table names most attributes by strings. The few that are not plain data, or are too large to store as
they are, have a class of their own here.
"""

import time
import zlib
from collections import deque
from collections.abc import Mapping
from functools import partial, reduce
from typing import Any, Protocol

import numpy as np

from shared.codec import plain


class Attribute(Protocol):
    """An attribute of one object, read and written as plain data."""

    def read(self) -> Any:
        """The current value as plain data."""

    def write(self, value: Any) -> None:
        """Set a value that `read` returned, in this process or another."""


class AttributeKind(Protocol):
    """How an attribute is read and written, on any object."""

    name: str

    def of(self, owner: object) -> Attribute:
        """The attribute of this object."""


def names_in(changing: Mapping[str, tuple[str | AttributeKind, ...]]) -> tuple[str, ...]:
    """A table's attributes as `module:Class.attribute`, for `PRIVATE_NAMES`."""
    found = []
    for path, kinds in changing.items():
        module, _, class_name = path.rpartition(".")
        names = (kind if isinstance(kind, str) else kind.name for kind in kinds)
        found += [f"{module}:{class_name}.{name.partition('.')[0]}" for name in names]
    return tuple(dict.fromkeys(found))


class Plain:
    """An attribute that holds plain data or does not exist. A dotted name reaches into an object."""

    def __init__(self, name: str) -> None:
        self.name = name
        *path, self._last = name.split(".")
        self._path = path

    def of(self, owner: object) -> Attribute:
        """The attribute in the object's dictionary."""
        return _PlainOf(reduce(getattr, self._path, owner).__dict__, self._last)


class _PlainOf:
    __slots__ = ("_name", "_values", "read")

    def __init__(self, values: dict[str, Any], name: str) -> None:
        self._values = values
        self._name = name
        self.read = partial(values.get, name, plain.MISSING)  # a Python function would take longer

    def write(self, value: Any) -> None:
        if value is plain.MISSING:
            self._values.pop(self._name, None)
        else:
            self._values[self._name] = value


class Clock:
    """A reading of `time.perf_counter`, stored as a time of day, since it means nothing in another process."""

    def __init__(self, name: str) -> None:
        self.name = name

    def of(self, owner: object) -> Attribute:
        """The reading held by the object."""
        return _ClockOf(vars(owner), self.name)


class _ClockOf:
    def __init__(self, values: dict[str, Any], name: str) -> None:
        self._values = values
        self._name = name
        self._seen: tuple[float, float] | None = None

    def read(self) -> Any:
        reading = self._values[self._name]
        # Each reading is converted once: the two clocks are never read at the same instant, and an unchanged
        # environment must give unchanged bytes.
        if self._seen is None or self._seen[0] != reading:
            self._seen = (reading, time.time() - (time.perf_counter() - reading))
        return self._seen[1]

    def write(self, value: Any) -> None:
        reading = time.perf_counter() - (time.time() - value)
        self._values[self._name] = reading
        self._seen = (reading, value)


class Frames:
    """A growing list or a queue of frames. Each is compressed once, from a megabyte to a few kilobytes."""

    def __init__(self, name: str) -> None:
        self.name = name

    def of(self, owner: object) -> Attribute:
        """The list held by the object."""
        return _FramesOf(vars(owner), self.name)


class _FramesOf:
    def __init__(self, values: dict[str, Any], name: str) -> None:
        self._values = values
        self._name = name
        self._packed: list[tuple[Any, bytes]] = []

    def read(self) -> Any:
        frames = self._values[self._name]
        known = {id(frame): packed for frame, packed in self._packed}
        self._packed = [(frame, known.get(id(frame)) or _compressed(frame)) for frame in frames]
        return [packed for _, packed in self._packed]

    def write(self, value: Any) -> None:
        self._packed = [(plain.loads(zlib.decompress(packed)), packed) for packed in value]
        frames = [frame for frame, _ in self._packed]
        held = self._values[self._name]
        self._values[self._name] = deque(frames, held.maxlen) if isinstance(held, deque) else frames


class Frame:
    """One frame, compressed once. It is replaced and never drawn on, so a change shows in its identity."""

    def __init__(self, name: str) -> None:
        self.name = name

    def of(self, owner: object) -> Attribute:
        """The frame held by the object."""
        return _FrameOf(vars(owner), self.name)


class _FrameOf:
    def __init__(self, values: dict[str, Any], name: str) -> None:
        self._values = values
        self._name = name
        self._seen: tuple[Any, bytes] | None = None

    def read(self) -> Any:
        frame = self._values[self._name]
        if self._seen is None or self._seen[0] is not frame:
            self._seen = (frame, _compressed(frame))
        return self._seen[1]

    def write(self, value: Any) -> None:
        frame = plain.loads(zlib.decompress(value))
        self._values[self._name] = frame
        self._seen = (frame, value)


def _compressed(frame: Any) -> bytes:
    if isinstance(frame, np.ndarray):
        # pygame returns a transposed view. A frame is only looked at, so its strides are not state.
        frame = np.ascontiguousarray(frame)
    return zlib.compress(plain.dumps(frame), 1)
