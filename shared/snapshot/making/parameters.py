"""The forms that a wrapper's parameters may take, each with its bounds.

The bounds keep one request from asking for gigabytes; what a value means is left to the wrapper to check.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

_LARGEST_LIST = 64
_LONGEST_TEXT = 64
_MOST_AMOUNTS = 4096
_DEEPEST_LIST = 4


@dataclass(frozen=True)
class Size:
    """A whole number, or a list of them, each from `least` to `most`."""

    most: int
    least: int = 1

    def accepts(self, value: Any) -> bool:
        """Whether the value is within the bounds."""
        return _all_of(value, self._fits) if isinstance(value, list) else self._fits(value)

    def _fits(self, value: Any) -> bool:
        return type(value) is int and self.least <= value <= self.most


@dataclass(frozen=True)
class Amount:
    """A number, a list of numbers (lists within lists too), or null; Gymnasium checks the rest."""

    def accepts(self, value: Any) -> bool:
        """Whether the value is made of numbers."""
        return value is None or self._fits(value, _DEEPEST_LIST)

    def _fits(self, value: Any, depth: int) -> bool:
        if isinstance(value, list):
            return depth > 0 and len(value) <= _MOST_AMOUNTS and all(self._fits(item, depth - 1) for item in value)
        return type(value) in (int, float)


@dataclass(frozen=True)
class Flag:
    """True or false."""

    def accepts(self, value: Any) -> bool:
        """Whether the value is a boolean."""
        return type(value) is bool


@dataclass(frozen=True)
class Text:
    """A short text."""

    def accepts(self, value: Any) -> bool:
        """Whether the value is such a text."""
        return isinstance(value, str) and len(value) <= _LONGEST_TEXT


@dataclass(frozen=True)
class Keys:
    """A list of a Dict space's keys, short texts, or of a Tuple space's indices."""

    def accepts(self, value: Any) -> bool:
        """Whether the value is such a list; whether the space has them, Gymnasium checks."""
        text, index = Text(), Size(_LARGEST_LIST - 1, least=0)
        return isinstance(value, list) and (_all_of(value, text.accepts) or _all_of(value, index.accepts))


@dataclass(frozen=True)
class Choice:
    """One of a few texts."""

    options: tuple[str, ...]

    def accepts(self, value: Any) -> bool:
        """Whether the value is one of the texts."""
        return value in self.options


Parameter = Size | Amount | Flag | Text | Keys | Choice


def _all_of(values: list[Any], accepts: Callable[[Any], bool]) -> bool:
    return len(values) <= _LARGEST_LIST and all(map(accepts, values))


def argument(parameter: Parameter, value: Any) -> Any:
    """The value as the wrapper wants it: JSON has only lists, Gymnasium asks for tuples and arrays."""
    if isinstance(value, list):
        if isinstance(parameter, Size):
            return tuple(value)
        if isinstance(parameter, Amount):
            return np.array(value, np.float64)  # as Gymnasium makes of a single number
    return value
