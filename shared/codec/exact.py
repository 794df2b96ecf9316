"""Values for a client that has NumPy too: msgpack in which every type comes back as it was.

The other forms (`values.py`) are made of what every language has. Here dicts with string keys, lists, str,
int of 64 bits, float, bool, None and bytes are msgpack's own, and what it lacks is an extension type, whose
data is again msgpack:

     1  array of numbers, bytes, text or times   [dtype as NumPy writes it, shape, bytes in C order]
     2  array of objects                         [shape, items]
     3  NumPy scalar                             [dtype, bytes]
     4  tuple, namedtuple                        items
     5  dict with keys that are not all text     [key, value, key, value, ...]
     6  set                                      items
     7  frozenset                                items
     8  GraphInstance                            [nodes, edges, edge_links]
     9  integer over 64 bits                     decimal text
    10  complex                                  [real, imaginary]
    11  text that is no UTF-8                    bytes, lone surrogates kept

Subclasses come back as the nearest class of these, an Enum as its value, an object with `__array__` as that
array, an array of records as one of tuples, and anything else as its `str`.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from enum import Enum
from functools import lru_cache, partial
from typing import Any

import msgspec
import numpy as np
from gymnasium.spaces import GraphInstance
from numpy.typing import NDArray

from shared.errors import NotEncodable

MEDIA_TYPE = "application/vnd.gymnasium.v1+msgpack"
"""A change that an older client would misread is another version."""

DEEPEST = 64
"""The most containers within one another, as many as NumPy's axes; more is taken for a cycle."""

_PLAIN_KINDS = "biufcSUmM"
"""The kinds of dtype whose text and bytes say everything; not objects, and not records."""

_pack = msgspec.msgpack.Encoder().encode


def encode(value: Any, room: int = DEEPEST) -> bytes:
    """The value as msgpack; see the module's table. `room` is how many containers may be within one another.

    Raises:
        NotEncodable: the value contains itself or is nested deeper.
    """
    return _pack(_tree(value, room))


_Encoder = Callable[[Any, int], Any]
"""From a value and the number of containers that may still follow, to what msgspec packs."""


def _tree(value: Any, room: int) -> Any:
    if room < 0:
        raise NotEncodable(
            f"A value nested deeper than {DEEPEST} containers, or containing itself, cannot be sent."
        )
    return _encoder(type(value))(value, room)


def _extension(code: int, content: Any) -> msgspec.msgpack.Ext:
    return msgspec.msgpack.Ext(code, _pack(content))


def _items(value: Any, room: int) -> list[Any]:
    return [_tree(item, room - 1) for item in value]


def _tagged_items(code: int, value: Any, room: int) -> msgspec.msgpack.Ext:
    return _extension(code, _items(value, room))


def _text(value: str, room: int) -> Any:
    text = str.__str__(value)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return _extension(11, text.encode("utf-8", "surrogatepass"))
    return text


def _integer(value: int, room: int) -> Any:
    return int(value) if -(2**63) <= value < 2**64 else _extension(9, str(int(value)))


def _dict(value: Mapping[Any, Any], room: int) -> Any:
    if all(isinstance(key, str) and key.isascii() for key in value):
        return {str.__str__(key): _tree(item, room - 1) for key, item in value.items()}
    return _extension(5, [_tree(part, room - 1) for pair in value.items() for part in pair])


def _array(value: NDArray[Any], room: int) -> Any:
    if value.dtype.kind in _PLAIN_KINDS:
        return _extension(1, [value.dtype.str, list(value.shape), value.tobytes()])
    return _extension(2, [list(value.shape), _items(value.ravel().tolist(), room)])


def _scalar(value: np.generic, room: int) -> Any:
    if value.dtype.kind in _PLAIN_KINDS:
        return _extension(3, [value.dtype.str, value.tobytes()])
    return _tree(value.item(), room - 1)


_ENCODERS: dict[type, _Encoder] = {
    type(None): lambda value, room: None,
    bool: lambda value, room: value,
    int: _integer,
    float: lambda value, room: float(value),
    complex: lambda value, room: _extension(10, [value.real, value.imag]),
    str: _text,
    bytes: lambda value, room: bytes(value),
    bytearray: lambda value, room: bytes(value),
    memoryview: lambda value, room: bytes(value),
    list: _items,
    tuple: partial(_tagged_items, 4),
    set: partial(_tagged_items, 6),
    frozenset: partial(_tagged_items, 7),
    GraphInstance: partial(_tagged_items, 8),
    dict: _dict,
    Enum: lambda value, room: _tree(value.value, room - 1),
    np.ndarray: _array,
    np.generic: _scalar,
    # These two are str and bytes before they are np.generic.
    np.str_: _scalar,
    np.bytes_: _scalar,
}

_ABSTRACT: tuple[tuple[type, _Encoder], ...] = ((Mapping, _dict), (Set, _ENCODERS[set]), (Sequence, _items))


def _nearest_encoder(kind: type) -> _Encoder:
    """The encoder of the nearest class of the table, then of what the class can do."""
    for base in kind.__mro__:
        if base in _ENCODERS:
            return _ENCODERS[base]
    if hasattr(kind, "__array__"):
        return lambda value, room: _array(np.asarray(value), room)
    for abstract, encoder in _ABSTRACT:
        if issubclass(kind, abstract):
            return encoder
    return lambda value, room: _text(str(value), room)


# Bounded, since classes made at run time would otherwise be held for ever.
_encoder: Callable[[type], _Encoder] = lru_cache(maxsize=256)(_nearest_encoder)


def decode(data: bytes) -> Any:
    """A new value equal to what was encoded, type by type; its arrays are writable.

    Only for bytes that `encode` made.
    """
    return _unpack(data)


def _new_array(dtype: str, shape: list[int], data: bytes) -> NDArray[Any]:
    return np.frombuffer(data, dtype).reshape(shape).copy()


def _new_array_of_objects(shape: list[int], items: list[Any]) -> NDArray[Any]:
    array = np.empty(len(items), object)
    for index, item in enumerate(items):  # at once, items that are lists would become further axes
        array[index] = item
    return array.reshape(shape)


_DECODERS: dict[int, Callable[[Any], Any]] = {
    1: lambda content: _new_array(*content),
    2: lambda content: _new_array_of_objects(*content),
    3: lambda content: np.frombuffer(content[1], content[0])[0],
    4: tuple,
    5: lambda content: dict(zip(content[::2], content[1::2], strict=True)),
    6: set,
    7: frozenset,
    8: lambda content: GraphInstance(*content),
    9: int,
    10: lambda content: complex(*content),
    11: lambda content: content.decode("utf-8", "surrogatepass"),
}


def _value_of_extension(code: int, data: memoryview) -> Any:
    return _DECODERS[code](_unpack(data))


_unpack = msgspec.msgpack.Decoder(ext_hook=_value_of_extension).decode
