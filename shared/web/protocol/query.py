"""The parameters of a query: as the OpenAPI document describes them, and those that are whole numbers."""

from typing import Any, NamedTuple

from shared.errors import InvalidValue

MOST_INTEGER = 10**18 - 1

_DIGITS = 18


class QueryParameter(NamedTuple):
    """An optional parameter of a declared type."""

    description: str
    type: Any
    """Its type, such as `Literal["lists", "base64"]`. Any other value is an InvalidValue."""


def whole_number(name: str, sent: str | None, least: int, most: int, otherwise: int) -> int:
    """The number that a query's parameter was sent with, or else `otherwise`.

    Raises:
        InvalidValue: it is none from `least` to `most`.
    """
    if sent is None:
        return otherwise
    if not (sent.isascii() and sent.isdecimal() and len(sent) <= _DIGITS and least <= int(sent) <= most):
        raise InvalidValue(f"{name} is {sent[:40]!r}; send a whole number from {least} to {most}.")
    return int(sent)
