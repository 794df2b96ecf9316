"""Casts of lists and objects, part by part. A part that does not fit is named in the message."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from gymnasium import Space

from shared.wire.values.abbreviation import abbreviated
from shared.wire.values.keys import key_of
from shared.wire.values.mismatch import Mismatch

Cast = Callable[[Any], Any]
"""From what was sent to a value. It raises `Mismatch` and nothing else."""

Part = tuple[Space[Any], Cast]
"""A space, for the message, and the cast to its members."""


def within(name: str | int, part: Part, raw: Any) -> Any:
    """The value of a part. A `Mismatch` is given the name of the part."""
    space, cast = part
    try:
        return cast(raw)
    except Mismatch as mismatch:
        mismatch.note(raw, space)
        mismatch.path.append(name)
        raise


def items_of(part: Part) -> Callable[[Any], tuple[Any, ...]]:
    """A cast from a list of any length, whose items are all cast alike."""

    def cast(raw: Any) -> tuple[Any, ...]:
        if not isinstance(raw, (list, tuple)):
            raise Mismatch("it takes a list")
        return tuple(within(index, part, item) for index, item in enumerate(raw))

    return cast


def tuple_of(parts: list[Part]) -> Callable[[Any], tuple[Any, ...]]:
    """A cast from a list with one item for each part."""

    def cast(raw: Any) -> tuple[Any, ...]:
        if not isinstance(raw, (list, tuple)) or len(raw) != len(parts):
            raise Mismatch(f"it takes a list of {len(parts)}")
        return tuple(within(index, part, raw[index]) for index, part in enumerate(parts))

    return cast


def dict_of(parts: Mapping[Any, Part]) -> Callable[[Any], dict[Any, Any]]:
    """A cast from an object with exactly the parts' keys, each as its text, to a dict in the parts' order."""
    named = {str(key_of(key)): (key, part) for key, part in parts.items()}

    def cast(raw: Any) -> dict[Any, Any]:
        check_keys(raw, named)
        return {key: within(name, part, raw[name]) for name, (key, part) in named.items()}

    return cast


def check_keys(raw: Any, required: Collection[str], optional: Collection[str] = ()) -> None:
    """Check that it is an object with all the required keys and otherwise only optional ones.

    Raises:
        Mismatch: it is not.
    """
    if not isinstance(raw, dict):
        raise Mismatch(f"it takes an object with the keys {abbreviated(list(required))}")
    for key in required:
        if key not in raw:
            raise Mismatch(f"the key {abbreviated(key)} is missing")
    for key in raw:
        if key not in required and key not in optional:
            raise Mismatch(f"there is no key {abbreviated(key)} in it")
