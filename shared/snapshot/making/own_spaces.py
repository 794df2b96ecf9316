"""Spaces that a class or a module holds, as each environment's own.

Many environments have `action_space = Discrete(4)` in the class. Seeding and sampling one of them would then go on
in every other, and none of them could be carried.
"""

import copy
import sys
from collections.abc import Iterator
from typing import Any

from gymnasium import Space

from shared.snapshot.generators.generators import layers

_OTHERS = frozenset({"builtins", "collections", "gymnasium", "typing", "abc"})
"""Packages whose modules hold no environment's spaces."""


def own_spaces(env: Any) -> None:
    """Give a new environment a copy of each space that it shares through a class or a module.

    Attributes that were one space are one copy. A space that only the environment holds stays as it is.
    """
    copied: dict[int, Any] = {}
    for layer in layers(env):
        shared = {id(space): space for kind in type(layer).__mro__ for space in _held_by(kind)}
        if not shared:
            continue
        inherited = {
            name: value
            for kind in reversed(type(layer).__mro__)
            for name, value in vars(kind).items()
            if isinstance(value, Space)
        }
        for name, value in {**inherited, **vars(layer)}.items():
            if isinstance(value, Space):
                vars(layer)[name] = _own(value, shared, copied)


def _own(space: Space[Any], shared: dict[int, Any], copied: dict[int, Any]) -> Space[Any]:
    """The space itself, or a copy if it or a space within it is shared."""
    parts: dict[int, Any] = {}
    copy.deepcopy(space, parts)
    return space if parts.keys().isdisjoint(shared) else copy.deepcopy(space, copied)


def _held_by(kind: type) -> Iterator[Space[Any]]:
    """The spaces in a class, and in the globals of its module."""
    if kind.__module__.partition(".")[0] in _OTHERS:
        return
    module = sys.modules.get(kind.__module__)
    for names in (vars(kind), {} if module is None else vars(module)):
        for value in [*names.values()]:
            yield from _spaces_in(value)


def _spaces_in(value: Any) -> Iterator[Space[Any]]:
    """The value if it is a space, and the spaces that a container holds."""
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else (value,)
    yield from (item for item in items if isinstance(item, Space))
