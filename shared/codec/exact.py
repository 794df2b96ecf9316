"""The lenient dialect, in which clients that have NumPy get replies: every type comes back as it was.

It is the media type `application/vnd.gymnasium.v1+msgpack`. MessagePack's own are None, bool, float, str, bytes,
int of 64 bits, list, and dict with keys of ASCII text. The extensions:

     1  array of numbers, bytes, text or times   [dtype as NumPy writes it, shape, bytes in C order]
     2  array of objects                         [shape, items]
     3  NumPy scalar                             [dtype, bytes]
     4  tuple, namedtuple                        items
     5  dict with other keys                     [key, value, key, value, ...]
     6  set                                      items
     7  frozenset                                items
     8  GraphInstance                            [nodes, edges, edge_links]
     9  integer over 64 bits                     decimal text
    10  complex                                  [real, imaginary]
    11  text with lone surrogates                bytes of UTF-8 with surrogates
    12  masked array                             [array, mask or None]; nothing for numpy.ma.masked itself

What is none of these is sent as the nearest: a subclass as its parent, an Enum as its value, an object with
`__array__` as that array, an array of records as one of tuples, anything else as its `str`.
"""

from collections.abc import Mapping, Sequence, Set
from enum import Enum
from functools import lru_cache
from typing import Any

import numpy as np
from gymnasium.spaces import GraphInstance
from numpy.typing import NDArray

from shared.codec.arrays import array_of, array_of_objects, bytes_of, scalar_of
from shared.codec.codec import Codec, Packer, TooDeep, extension
from shared.codec.masked import is_masked
from shared.errors import NotEncodable

MEDIA_TYPE = "application/vnd.gymnasium.v1+msgpack"
"""A change that an older client would misread needs another version."""

DEEPEST = 64
"""The most containers inside one another, as many as NumPy's axes; more is taken for a cycle."""

_STR = frozenset({str})
_PLAIN_KINDS = frozenset("biufcSUmM")
"""The kinds of dtype whose text and bytes say everything; not objects, and not records."""

_ARRAY, _OBJECTS, _SCALAR, _TUPLE, _DICT, _SET, _FROZENSET, _GRAPH, _INTEGER, _COMPLEX, _TEXT, _MASKED = range(
    1, 13
)


def encode(value: Any, depth: int = DEEPEST) -> bytes:
    """The value in this dialect. At most `depth` containers may be inside one another.

    Raises:
        NotEncodable: there are more, or the value contains itself.
    """
    try:
        return _codec.encode(value, depth)
    except TooDeep:
        raise NotEncodable(
            f"A value nested deeper than {DEEPEST} containers, or containing itself, cannot be sent."
        ) from None


def decode(data: bytes) -> Any:
    """A new value equal to the one that was encoded, type by type. Its arrays are writable.

    Only for bytes that `encode` made in this process or that a signature vouches for.
    """
    return _codec.decode(data)


def _of_items(number: int) -> Packer:
    return lambda value, depth: extension(number, _codec.items(value, depth))


def _text(value: str, depth: int) -> Any:
    text = str.__str__(value)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return extension(_TEXT, text.encode("utf-8", "surrogatepass"))
    return text


def _integer(value: int, depth: int) -> Any:
    return int(value) if -(2**63) <= value < 2**64 else extension(_INTEGER, str(int(value)))


def _dict(value: Mapping[Any, Any], depth: int) -> Any:
    plain = _STR.issuperset(map(type, value)) and "".join(value).isascii()  # quicker than to look at each
    if plain or all(isinstance(key, str) and key.isascii() for key in value):
        return _codec.fields(value, depth)
    return extension(_DICT, _codec.items([part for pair in value.items() for part in pair], depth))


def _array(value: NDArray[Any], depth: int) -> Any:
    if value.dtype.kind in _PLAIN_KINDS:
        return extension(_ARRAY, [value.dtype.str, value.shape, bytes_of(value)])
    return extension(_OBJECTS, [value.shape, _codec.items(value.ravel().tolist(), depth)])


def _masked(value: "np.ma.MaskedArray[Any, Any]", depth: int) -> Any:
    if value is np.ma.masked:
        return extension(_MASKED, [])
    mask = None if value.mask is np.ma.nomask else np.ma.getmaskarray(value)
    return extension(_MASKED, _codec.items([np.asarray(value.data), mask], depth))


def _masked_of(content: list[Any]) -> Any:
    if not content:
        return np.ma.masked
    array, mask = content
    return np.ma.MaskedArray(array, np.ma.nomask if mask is None else mask)


def _scalar(value: np.generic, depth: int) -> Any:
    if value.dtype.kind in _PLAIN_KINDS:
        return extension(_SCALAR, [value.dtype.str, bytes_of(value)])
    return _inner(value.item(), depth)


def _inner(value: Any, depth: int) -> Any:
    """A value in place of the one that holds it, which counts as a container."""
    [packed] = _codec.items([value], depth)
    return packed


@lru_cache(maxsize=256)  # bounded, as classes made at run time would otherwise be held for ever
def _nearest(kind: type) -> Packer:
    """The packer of the nearest class of the table, then of what the class can do."""
    if is_masked(kind):
        return _masked
    for base in kind.__mro__:
        if base in _PACKERS:
            return _PACKERS[base]
    if hasattr(kind, "__array__"):
        return lambda value, depth: _array(np.asarray(value), depth)
    for abstract, packer in _ABSTRACT:
        if issubclass(kind, abstract):
            return packer
    return lambda value, depth: _text(str(value), depth)


_codec = Codec(
    natives=(type(None), bool, float, bytes),
    other=_nearest,
    extensions={
        _ARRAY: array_of,
        _OBJECTS: array_of_objects,
        _SCALAR: scalar_of,
        _TUPLE: tuple,
        _DICT: lambda content: dict(zip(content[::2], content[1::2], strict=True)),
        _SET: set,
        _FROZENSET: frozenset,
        _GRAPH: lambda content: GraphInstance(*content),
        _INTEGER: int,
        _COMPLEX: lambda content: complex(*content),
        _TEXT: lambda content: content.decode("utf-8", "surrogatepass"),
        _MASKED: _masked_of,
    },
    raw_extensions={},
)

_PACKERS: dict[type, Packer] = {
    str: _text,
    int: _integer,
    float: lambda value, depth: float(value),
    complex: lambda value, depth: extension(_COMPLEX, [value.real, value.imag]),
    bytes: lambda value, depth: bytes(value),
    bytearray: lambda value, depth: bytes(value),
    memoryview: lambda value, depth: bytes(value),
    list: _codec.items,
    tuple: _of_items(_TUPLE),
    set: _of_items(_SET),
    frozenset: _of_items(_FROZENSET),
    GraphInstance: _of_items(_GRAPH),
    dict: _dict,
    Enum: lambda value, depth: _inner(value.value, depth),
    np.ndarray: _array,
    np.generic: _scalar,
    # These two are str and bytes before they are np.generic.
    np.str_: _scalar,
    np.bytes_: _scalar,
}
_codec.register(_PACKERS)

_ABSTRACT: tuple[tuple[type, Packer], ...] = ((Mapping, _dict), (Set, _of_items(_SET)), (Sequence, _codec.items))
