"""The keys of dicts and of Dict spaces, as every form of the wire and every client has them."""

from enum import Enum
from typing import Any

_PLAIN = (str, int, float, bytes, type(None))


def value_of(key: Any) -> Any:
    """The key itself where a client can have an equal one: text, a number, None, bytes, or a tuple of these.

    A member of an Enum is its value, and a key of any other kind is its text.
    """
    if isinstance(key, Enum):
        return value_of(key.value)
    if isinstance(key, tuple):
        return tuple(value_of(each) for each in key)
    return key if type(key) in _PLAIN else key_of(key)


def key_of(key: Any) -> str | int:
    """An integer or a text for a key: a member of an Enum is its value, and any other key its `str`.

    A class of text or integers that the environment's package made becomes the plain one, which is equal to it.
    """
    if isinstance(key, Enum):
        return key_of(key.value)
    if isinstance(key, int):
        return key if isinstance(key, bool) else int(key)
    return str.__str__(key) if isinstance(key, str) else str(key)
