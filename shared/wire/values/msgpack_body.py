"""A body in MessagePack, read to what JSON can say and typed arrays, so that one validation serves both."""

from typing import Any

import msgspec

_DEEPEST = 200
_SCALARS = frozenset((type(None), bool, int, float, str))
_TYPED_ARRAY = {"dtype", "shape", "data"}


class Unreadable(ValueError):
    """A body that is no MessagePack, or holds what has no counterpart in JSON; its text is a clause."""


def from_msgpack(raw: bytes) -> Any:
    """Dicts with text as keys, lists, str, int, float, bool and None, and bytes as the data of typed arrays.

    Raises:
        Unreadable: it is malformed, or holds anything else: other keys or bytes, a time stamp, an extension.
    """
    try:
        parsed = msgspec.msgpack.decode(raw)
    except (ValueError, TypeError) as error:
        raise Unreadable(str(error)) from None
    except RecursionError:
        raise Unreadable(f"it is nested deeper than {_DEEPEST} levels") from None
    _check(parsed, _DEEPEST)
    return parsed


def _check(value: Any, room: int) -> None:
    if type(value) in _SCALARS:
        return
    if room == 0:
        raise Unreadable(f"it is nested deeper than {_DEEPEST} levels")
    if type(value) is list:
        for item in value:
            _check(item, room - 1)
    elif type(value) is dict:
        typed = value.keys() == _TYPED_ARRAY
        for key, item in value.items():
            if type(key) is not str:
                raise Unreadable("a map has a key that is not text")
            if not (typed and key == "data" and type(item) is bytes):
                _check(item, room - 1)
    elif type(value) is bytes:
        raise Unreadable("bytes stand only as the data of a typed array")
    else:
        raise Unreadable("it holds a time stamp or an extension, which JSON has not")
