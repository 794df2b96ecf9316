"""The kinds of arguments that wrappers take, each with bounds.

The bounds keep a request from asking for gigabytes. Whether a value makes sense, the wrapper itself checks.
"""

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

_LARGEST_LIST = 64
_LONGEST_TEXT = 64
_MOST_AMOUNTS = 4096
_DEEPEST_LIST = 4


class Size(msgspec.Struct, frozen=True):
    """A whole number, or a list of them, each from `least` to `most`."""

    most: int
    least: int = 1

    def __str__(self) -> str:
        return (
            f"it takes a whole number from {self.least} to {self.most}, or a list of up to {_LARGEST_LIST} of them"
        )

    def accepts(self, value: Any) -> bool:
        """Whether the value is within the bounds."""
        return _all_of(value, self._fits) if isinstance(value, list) else self._fits(value)

    def _fits(self, value: Any) -> bool:
        return type(value) is int and self.least <= value <= self.most


class Amount(msgspec.Struct, frozen=True):
    """A number, a list of numbers, which may be nested, or null."""

    def __str__(self) -> str:
        return f"it takes a number, null, or a list of up to {_MOST_AMOUNTS} of them, at most {_DEEPEST_LIST} deep"

    def accepts(self, value: Any) -> bool:
        """Whether the value has this form; Gymnasium checks that its shape fits."""
        return value is None or self._fits(value, _DEEPEST_LIST)

    def _fits(self, value: Any, depth: int) -> bool:
        if isinstance(value, list):
            return depth > 0 and len(value) <= _MOST_AMOUNTS and all(self._fits(item, depth - 1) for item in value)
        return type(value) in (int, float)


class Flag(msgspec.Struct, frozen=True):
    """True or false."""

    def __str__(self) -> str:
        return "it takes true or false"

    def accepts(self, value: Any) -> bool:
        """Whether the value is a boolean."""
        return type(value) is bool


class Text(msgspec.Struct, frozen=True):
    """A text of at most 64 characters."""

    def __str__(self) -> str:
        return f"it takes a text of up to {_LONGEST_TEXT} characters"

    def accepts(self, value: Any) -> bool:
        """Whether the value is such a text."""
        return isinstance(value, str) and len(value) <= _LONGEST_TEXT


class Keys(msgspec.Struct, frozen=True):
    """A list of keys of a Dict space, or of indices of a Tuple space."""

    def __str__(self) -> str:
        return f"it takes a list of up to {_LARGEST_LIST} keys of a Dict space, or indices of a Tuple space"

    def accepts(self, value: Any) -> bool:
        """Whether the value is such a list; Gymnasium checks that the space has them."""
        text, index = Text(), Size(_LARGEST_LIST - 1, least=0)
        return isinstance(value, list) and (_all_of(value, text.accepts) or _all_of(value, index.accepts))


class Choice(msgspec.Struct, frozen=True):
    """One of several texts."""

    options: tuple[str, ...]

    def __str__(self) -> str:
        return f"it takes one of {', '.join(self.options)}"

    def accepts(self, value: Any) -> bool:
        """Whether the value is one of them."""
        return value in self.options


Parameter = Size | Amount | Flag | Text | Keys | Choice


def _all_of(values: list[Any], accepts: Callable[[Any], bool]) -> bool:
    return len(values) <= _LARGEST_LIST and all(map(accepts, values))


def argument(parameter: Parameter, value: Any) -> Any:
    """The value in the type that the wrapper takes: a tuple or an array where JSON has only lists."""
    if isinstance(value, list):
        if isinstance(parameter, Size):
            return tuple(value)
        if isinstance(parameter, Amount):
            return np.array(value, np.float64)  # the dtype that Gymnasium gives a single number
    return value
