"""The digest of what an environment returned, by which a replay is compared with the call that was recorded.

It is flat: one blake2b over the values' bytes, since it is made at every recorded step. It has no wall-clock
values, which no replay returns again, and nothing whose bytes depend on the process, such as an address or the
order of a set.
"""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from enum import Enum
from hashlib import blake2b
from struct import Struct
from typing import Any

import numpy as np

from shared.codec.arrays import bytes_of
from shared.codec.masked import is_masked
from shared.errors import NotEncodable, text_of

DIGEST_BYTES = 8

_NEW = blake2b(digest_size=DIGEST_BYTES)
_FLOAT = Struct("<d").pack
_FLOATS = np.dtype(np.float32), np.dtype(np.float64)
_PLAIN_KINDS = frozenset("biufcSUmM")
_TIMED = {"r", "l", "t"}


def digest_of(observation: Any, info: Any) -> bytes:
    """The digest of an observation and an info, or of any two values; `DIGEST_BYTES` long.

    Rewards and flags are not in it: an entry has them as they are.

    Raises:
        NotEncodable: a value contains itself, or cannot be read.
    """
    state = _NEW.copy()  # a new one takes half as long again
    try:
        if type(observation) is np.ndarray and observation.dtype in _FLOATS:
            state.update(observation.tobytes())
        else:
            state.update(_flat(observation))
        if info:
            state.update(_flat(info))
    except Exception as error:  # an environment's objects are asked for their items or array, and raise anything
        raise NotEncodable(
            f"What the environment returned cannot be recorded ({type(error).__name__}: {text_of(error)})."
        ) from error
    return state.digest()


def _flat(value: Any) -> bytes:
    """Bytes that two values share only if they are equal, but for what a replay need not return again."""
    writer = _WRITERS.get(type(value))
    return _other(value) if writer is None else writer(value)


def _joined(mark: bytes, parts: list[bytes]) -> bytes:
    return b"%b%d:%b" % (mark, len(parts), b"".join(parts))


def _dict(value: Mapping[Any, Any]) -> bytes:
    # RecordEpisodeStatistics tells the return, the length, and wall-clock seconds as "t"; a vector's masks too.
    timed = len(value) <= 2 * len(_TIMED) and {str(key).removeprefix("_") for key in value} == _TIMED
    parts = []
    for key, item in value.items():
        if not (timed and key == "t"):
            parts.append(_flat(key))
            parts.append(_flat(item))
    return _joined(b"{", parts)


def _array(value: Any) -> bytes:
    dtype = value.dtype
    if is_masked(type(value)):
        return _joined(b"M", [_array(np.asarray(value.data)), _array(np.ma.getmaskarray(value))])
    if dtype.names is not None:
        return _joined(b"V", [_array(np.asarray(value[name])) for name in dtype.names])
    if dtype.kind in _PLAIN_KINDS:
        return b"A%b%b:%b" % (dtype.str.encode(), repr(value.shape).encode(), bytes_of(value))
    return b"O%b%b" % (repr(value.shape).encode(), _flat(value.ravel().tolist()))


def _text(value: str) -> bytes:
    return _joined(b"s", [str.encode(value, "utf-8", "surrogatepass")])


def _other(value: Any) -> bytes:
    """The same of a value of another type; of one that has no form of its own, its class alone."""
    kind = type(value)
    named = f"<{kind.__module__}.{kind.__qualname__}".encode()
    if isinstance(value, np.ndarray | np.generic):
        return named + _array(value)
    if isinstance(value, Enum):
        return named + _text(value.name)
    for base, writer in _BASES:
        if isinstance(value, base):
            return named + writer(value)
    return named + _array(np.asarray(value)) if hasattr(kind, "__array__") else named


_WRITERS: dict[type, Callable[[Any], bytes]] = {
    type(None): lambda value: b"n",
    bool: lambda value: b"1" if value else b"0",
    int: lambda value: b"i%b;" % hex(value).encode(),
    float: lambda value: b"d" + _FLOAT(value),
    str: _text,
    bytes: lambda value: _joined(b"b", [value]),
    np.ndarray: _array,
    np.float64: lambda value: b"D" + _FLOAT(value),
    dict: _dict,
    list: lambda value: _joined(b"[", [_flat(item) for item in value]),
    tuple: lambda value: _joined(b"(", [_flat(item) for item in value]),
}

_BASES: tuple[tuple[type, Callable[[Any], bytes]], ...] = (
    (Mapping, _dict),
    (AbstractSet, lambda value: _joined(b"S", sorted(_flat(item) for item in value))),
    (list, _WRITERS[list]),
    (tuple, _WRITERS[tuple]),
    (str, _text),
    (bytes, _WRITERS[bytes]),
    (bool, _WRITERS[bool]),
    (int, lambda value: b"i%b;" % hex(value).encode()),
    (float, lambda value: b"d" + _FLOAT(float(value))),
    (complex, lambda value: b"c" + _FLOAT(value.real) + _FLOAT(value.imag)),
)
