"""The forms that a wrapper's parameters may take, each with its bounds.

The bounds keep one request from asking for gigabytes; what a value means is left to the wrapper to check.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

_LARGEST_LIST = 64
_LONGEST_TEXT = 64


@dataclass(frozen=True)
class Size:
    """A whole number, or a list of them, each from `least` to `most`."""

    most: int
    least: int = 1

    def accepts(self, value: Any) -> bool:
        """Whether the value is within the bounds."""
        if isinstance(value, list):
            return len(value) <= _LARGEST_LIST and all(self.accepts(item) for item in value)
        return type(value) is int and self.least <= value <= self.most


@dataclass(frozen=True)
class Amount:
    """A number, a list of numbers (lists within lists too), or null; Gymnasium checks the rest."""

    def accepts(self, value: Any, depth: int = 4) -> bool:
        """Whether the value is made of numbers."""
        if isinstance(value, list):
            return depth > 0 and len(value) <= 4096 and all(self.accepts(item, depth - 1) for item in value)
        return value is None or (type(value) in (int, float))


@dataclass(frozen=True)
class Flag:
    """True or false."""

    def accepts(self, value: Any) -> bool:
        """Whether the value is a boolean."""
        return type(value) is bool


@dataclass(frozen=True)
class Text:
    """A short text, or a list of short texts."""

    def accepts(self, value: Any) -> bool:
        """Whether the value is such a text or list."""
        if isinstance(value, list):
            return len(value) <= _LARGEST_LIST and all(self.accepts(item) for item in value)
        return isinstance(value, str) and len(value) <= _LONGEST_TEXT


@dataclass(frozen=True)
class Choice:
    """One of a few texts."""

    options: tuple[str, ...]

    def accepts(self, value: Any) -> bool:
        """Whether the value is one of the texts."""
        return value in self.options


Parameter = Size | Amount | Flag | Text | Choice


def argument(parameter: Parameter, value: Any) -> Any:
    """The value as the wrapper wants it: JSON has only lists, Gymnasium asks for tuples and arrays."""
    if isinstance(value, list):
        if isinstance(parameter, Size):
            return tuple(value)
        if isinstance(parameter, Amount):
            return np.array(value, np.float32)
    return value
