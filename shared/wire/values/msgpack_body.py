"""Request bodies in MessagePack, limited to what JSON can say and typed arrays, so one validation serves both."""

from typing import Any

import msgspec

_DEEPEST = 200
_SCALARS = frozenset((type(None), bool, int, float, str))
_TYPED_ARRAY = {"dtype", "shape", "data"}


class Unreadable(ValueError):
    """A body that is not MessagePack, or holds what JSON cannot say. The message is a clause."""


def from_msgpack(raw: bytes) -> Any:
    """Dicts with text keys, lists, str, int, float, bool and None; bytes only as the data of typed arrays.

    Raises:
        Unreadable: it is malformed or holds anything else: other keys or bytes, a timestamp, an extension.
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
        raise Unreadable("bytes are allowed only as the data of a typed array")
    else:
        raise Unreadable("it holds a timestamp or an extension, which JSON does not have")
