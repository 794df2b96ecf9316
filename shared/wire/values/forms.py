"""What an environment returns, in the types of JSON or MessagePack.

There are four forms, which differ in how arrays are written. The result has dicts with text keys, lists, str, int,
float, bool and None, and also bytes in `MSGPACK` and raw text in `JSON_WRITTEN`. Any encoder of the format takes
it: floats are finite, integers have 64 bits, text is valid UTF-8. Types without a counterpart become:

    tuple, namedtuple       list; GraphInstance {"nodes", "edges", "edge_links"}
    NaN and infinities      "NaN", "Infinity", "-Infinity", in every form but a typed array's bytes
    integer over 64 bits    its decimal text
    set                     list, sorted where it can be
    bytes                   base64 text; bytes in MSGPACK
    Enum                    its value
    array of other than     nested lists of its items
    numbers
    masked array            nested lists, with null for what is masked, in every form
    key that is not text    its `str`; of two keys with one text the last stays
    object with __array__   as that array (JAX, PyTorch)
    anything else           its `str`: datetime, complex, objects. This one loses information.

`members` is the way back.
"""

import base64
import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence, Set
from enum import Enum
from functools import lru_cache, partial
from typing import Any

import msgspec
import numpy as np
from gymnasium.spaces import GraphInstance
from numpy.typing import NDArray

from shared.codec.exact import DEEPEST
from shared.codec.masked import is_masked
from shared.errors import NotEncodable
from shared.wire.values.arrays import as_typed
from shared.wire.values.digits import as_text
from shared.wire.values.keys import key_of

_LONG_PICTURE = 2048
"""Bytes in an array; for fewer, lists take only microseconds."""


def number(value: float) -> float | str:
    """The float, or the word for a non-finite one."""
    if math.isfinite(value):
        return float(value)
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"


def as_lists(array: NDArray[Any]) -> Any:
    """Nested lists of Python numbers. A 0-d array is a bare number.

    Floats become float64 of the same value; a long double is rounded to float64.
    """
    if array.dtype.kind != "f":
        return array.tolist()
    if array.dtype.itemsize > 8:
        array = array.astype(np.float64)
    lists = array.tolist()
    # Summing a short list is four times as fast as np.isfinite. If a sum of finite numbers overflows, the slow
    # way below gives the same result.
    if math.isfinite(sum(lists)) if array.ndim == 1 else np.isfinite(array).all():
        return lists
    boxed = array.astype(object)
    boxed[np.isnan(array)] = "NaN"
    boxed[np.isposinf(array)] = "Infinity"
    boxed[np.isneginf(array)] = "-Infinity"
    return boxed.tolist()


def _lists_or_text(array: NDArray[Any]) -> Any:
    """What msgspec's JSON encoder writes fastest: JSON text for a large array of bytes, else lists."""
    return as_text(array) if array.dtype == np.uint8 and array.size >= _LONG_PICTURE else as_lists(array)


class Form(msgspec.Struct, frozen=True):
    """What a numeric array, a bytes object and a float become."""

    array: Callable[[NDArray[Any]], Any]
    blob: Callable[[bytes], Any]
    number: Callable[[float], Any] = number
    unsigned: Callable[[NDArray[Any]], Any] | None = None
    """What an array of unsigned integers, as pictures are, becomes if not what other arrays do."""


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


JSON = Form(array=as_lists, blob=_base64)
"""Nested lists: `application/json`, as the predecessor's clients read it."""

JSON_WRITTEN = Form(array=as_lists, blob=_base64, unsigned=_lists_or_text)
"""`JSON` for msgspec's encoder alone: large arrays of bytes are its text already."""

JSON_BASE64 = Form(array=partial(as_typed, blob=_base64), blob=_base64)
"""Typed arrays with base64 text: `?arrays=base64`."""

MSGPACK = Form(array=partial(as_typed, blob=bytes), blob=bytes)
"""Typed arrays with bytes: `application/msgpack`."""


def encode(value: Any, form: Form = JSON) -> Any:
    """The value in a form; the module's table says what each type becomes.

    Raises:
        NotEncodable: the value contains itself or is nested deeper than `DEEPEST`.
    """
    return _encoder(type(value))(value, form, DEEPEST)


_Encoder = Callable[[Any, Form, int], Any]
"""From a value, a form, and the depth of containers that the value may have."""


def _within(room: int) -> int:
    if room == 0:
        raise NotEncodable(
            f"A value nested deeper than {DEEPEST} containers, or containing itself, cannot be sent."
        )
    return room - 1


def _text(value: str, form: Form, room: int) -> str:
    text = str.__str__(value)
    # A lone surrogate, as in a file name, is not UTF-8. It becomes "?".
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _integer(value: int | np.integer, form: Form, room: int) -> int | str:
    value = int(value)
    return value if -(2**63) <= value < 2**64 else str(value)


def _list(value: Any, form: Form, room: int) -> list[Any]:
    room = _within(room)
    return [_encoder(type(item))(item, form, room) for item in value]


def _set(value: Set[Any], form: Form, room: int) -> list[Any]:
    try:
        items = sorted(value)
    except TypeError:
        items = sorted(value, key=repr)
    return _list(items, form, room)


def _dict(value: Mapping[Any, Any], form: Form, room: int) -> dict[str, Any]:
    room = _within(room)
    return {
        key if type(key) is str and key.isascii() else _key(key, form, room): (
            item if type(item) in _AS_THEY_ARE else _encoder(type(item))(item, form, room)
        )
        for key, item in value.items()
    }


def _key(key: Any, form: Form, room: int) -> str:
    return _text(str(key_of(key)), form, room)


def _array(value: NDArray[Any], form: Form, room: int) -> Any:
    kind = value.dtype.kind
    if kind in "biuf":
        return form.array(value) if kind != "u" or form.unsigned is None else form.unsigned(value)
    # datetime64's own items are integers where Python's datetime is too coarse.
    items = (value.astype(str) if value.dtype.kind in "mM" else value).tolist()
    return _encoder(type(items))(items, form, _within(room))


def _masked(value: "np.ma.MaskedArray[Any, Any]", form: Form, room: int) -> Any:
    items = value.tolist()
    return _encoder(type(items))(items, form, _within(room))


def _scalar(value: np.generic, form: Form, room: int) -> Any:
    item = value.item()
    # A complex long double is its own item.
    return str(item) if isinstance(item, np.generic) else _encoder(type(item))(item, form, room)


_AS_THEY_ARE = frozenset({type(None), bool})

_ENCODERS: dict[type, _Encoder] = {
    type(None): lambda value, form, room: None,
    bool: lambda value, form, room: value,
    int: _integer,
    float: lambda value, form, room: form.number(value),
    str: _text,
    list: _list,
    tuple: _list,
    deque: _list,
    dict: _dict,
    set: _set,
    frozenset: _set,
    bytes: lambda value, form, room: form.blob(bytes(value)),
    bytearray: lambda value, form, room: form.blob(bytes(value)),
    memoryview: lambda value, form, room: form.blob(bytes(value)),
    Enum: lambda value, form, room: _encoder(type(value.value))(value.value, form, _within(room)),
    GraphInstance: lambda value, form, room: _dict(value._asdict(), form, room),
    np.ndarray: _array,
    np.bool: lambda value, form, room: bool(value),
    np.integer: _integer,
    np.floating: lambda value, form, room: form.number(float(value)),
    np.datetime64: lambda value, form, room: str(value),
    np.timedelta64: lambda value, form, room: str(value),
    np.generic: _scalar,
}

_ABSTRACT: tuple[tuple[type, _Encoder], ...] = ((Mapping, _dict), (Set, _set), (Sequence, _list))


def _nearest_encoder(kind: type) -> _Encoder:
    """The encoder of the nearest class of the table, then of what the class can do."""
    if is_masked(kind):
        return _masked
    for base in kind.__mro__:
        if base in _ENCODERS:
            return _ENCODERS[base]
    if hasattr(kind, "__array__"):
        return lambda value, form, room: _array(np.asarray(value), form, _within(room))
    for abstract, encoder in _ABSTRACT:
        if issubclass(kind, abstract):
            return encoder
    return lambda value, form, room: _text(str(value), form, room)


# Bounded, since classes made at run time would otherwise be held for ever.
_encoder: Callable[[type], _Encoder] = lru_cache(maxsize=256)(_nearest_encoder)
