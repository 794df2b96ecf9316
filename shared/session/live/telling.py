"""Where in an environment's result the part is that cannot be told to a client."""

from collections.abc import Callable, Iterator
from typing import Any

from shared.errors import GymHTTPError, NotEncodable, text_of

Encode = Callable[[Any], Any]
"""Turns a result into a reply. It runs on the environment's thread, before its buffers can change."""

_DEEPEST = 6
"""Containers that are looked into for the part that cannot be told."""


def encoded(encode: Encode, result: Any) -> Any:
    """The reply of a result.

    Raises:
        NotEncodable: a part of it cannot be told.
        GymHTTPError: it is refused as a whole.
    """
    try:
        return encode(result)
    except (
        BaseException
    ) as error:  # an environment's objects are asked for their text or array, and raise anything
        raise refusal(encode, result, error) from error


def refusal(encode: Encode, result: Any, failure: BaseException) -> BaseException:
    """What to raise instead of what `encode` raised of the result.

    That is NotEncodable with the path of the part that cannot be told, which is also its `field`. An error of ours
    that refuses the whole result, such as ReplyTooLarge, stays what it is.
    """
    if isinstance(failure, GymHTTPError) and not isinstance(failure, NotEncodable):
        return failure
    why = failure.detail if isinstance(failure, NotEncodable) else f"{type(failure).__name__}: {text_of(failure)}."
    place = _place(encode, result) or "result"
    return NotEncodable(f"The environment's {place} cannot be told. {why}", field=place)


def _place(encode: Encode, result: Any) -> str:
    """The path of the innermost part that cannot be encoded, such as `info['map']`; empty if it is the whole."""
    path = ""
    for _ in range(_DEEPEST):
        found = next(((name, part) for name, part in _parts(result) if not _can(encode, part)), None)
        if found is None:
            break
        name, result = found
        path = f"{path}[{name!r}]" if path else str(name)
    return path


def _parts(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list | tuple):
        yield from enumerate(value)


def _can(encode: Encode, value: Any) -> bool:
    try:
        encode(value)
    except BaseException:  # foreign code, whose exception is known already
        return False
    return True
