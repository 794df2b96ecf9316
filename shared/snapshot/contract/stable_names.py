"""The names under which object graphs refer to this project's own classes and functions.

pickle writes the path of the module that a class or function stands in, so moving a module would strand every
stored graph. A stable name stays the same wherever the code goes.
"""

from collections.abc import Callable
from typing import Any, TypeVar

_Named = TypeVar("_Named", bound=Callable[..., Any])

_BY_NAME: dict[str, Any] = {}
_NAMES: dict[int, str] = {}
"""Stable names by the `id` of what they were given to, which lives as long as the process."""

_FORMER = {
    "shared.snapshot.graph.arrays._of_bytes": "array",
    "shared.snapshot.graph.arrays._of_objects": "array of objects",
    "shared.snapshot.graph.arrays._set_objects": "set array of objects",
    "shared.snapshot.graph.arrays._view": "view of array",
    "shared.snapshot.graph.reducers._blank": "instance",
    "shared.snapshot.graph.reducers._function": "function",
    "shared.snapshot.graph.reducers._native_object": "native object",
    "shared.snapshot.graph.reducers._set_attributes": "set instance",
    "shared.snapshot.graph.reducers._set_cell": "set cell",
    "shared.snapshot.graph.reducers._set_function": "set function",
    "shared.snapshot.graph.singletons._global": "global",
    "shared.snapshot.graph.singletons._global_generator": "global generator",
    "shared.snapshot.making.autoreset.SameStepAutoreset": "SameStepAutoreset",
}
"""The paths that graphs hold that were written before there were stable names. Never edit these."""


def stable_name(name: str) -> Callable[[_Named], _Named]:
    """Decorate a class or function to which graphs may refer; the name is never given to another.

    Raises:
        ValueError: The name is taken.
    """

    def give(named: _Named) -> _Named:
        if name in _BY_NAME:
            raise ValueError(f"the stable name {name!r} is that of {_BY_NAME[name]!r}")
        _BY_NAME[name] = named
        _NAMES[id(named)] = name
        return named

    return give


def stable_name_of(candidate: object) -> str | None:
    """The stable name of a class or function; None if it is written by its path."""
    return _NAMES.get(id(candidate))


def stably_named(name: str) -> Any:
    """What the name was given to.

    Raises:
        LookupError: No imported module gives that name.
    """
    try:
        return _BY_NAME[name]
    except KeyError as error:
        raise LookupError(f"nothing here has the stable name {name!r}") from error


def stable_name_for(path: str) -> str | None:
    """The stable name of what graphs once wrote by this path of module and name."""
    return _FORMER.get(path)
