"""A digest of a value, equal for two results only if all types, dtypes, shapes and bits are equal."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import cloudpickle
import numpy as np

from shared.codec.arrays import bytes_of
from shared.codec.masked import is_masked
from shared.snapshot.generators.generators import generator_state, generators_of


def digest(value: Any) -> str:
    """The first 32 hex digits of the SHA-256 of the value's types and bits."""
    state = hashlib.sha256()
    _feed(state, value)
    return state.hexdigest()[:32]


def digest_after(env: Any, result: Any) -> str:
    """The digest of a call's result and of all generators of the environment after the call."""
    return digest([result, [generator_state(generator) for generator in generators_of(env)]])


def _feed(state: Any, value: Any) -> None:
    kind = type(value)
    bits_of = _ATOMS.get(kind)
    if bits_of is not None:
        state.update(b"<%b%b>" % (_ATOM_NAMES[kind], bits_of(value)))
        return
    state.update(b"<" + _name(kind))
    match value:
        case _ if is_masked(kind):
            _feed(state, [np.asarray(value.data), np.ma.getmaskarray(value)])
        case np.ndarray() | np.void() if value.dtype.names is not None:
            # Field by field, since there may be padding between them.
            state.update(f"{value.dtype.descr}{value.shape}".encode())
            for name in value.dtype.names:
                _feed(state, value[name])
        case np.ndarray() if not value.dtype.hasobject:
            state.update(f"{value.dtype.str}{value.shape}".encode())
            state.update(bytes_of(value))
        case np.ndarray():
            state.update(f"{value.dtype.str}{value.shape}".encode())
            _feed(state, value.ravel().tolist())
        case np.generic():
            state.update(value.dtype.str.encode() + bytes_of(value))
        case float():
            state.update(_bits_of_float(value))
        case bool() | int() | str() | bytes():
            state.update(_bits_of_atom(value))
        case dict():
            # RecordEpisodeStatistics reports the return, the length, and wall-clock seconds as "t".
            timed = value.keys() == {"r", "l", "t"}
            for key, item in value.items():
                if not (timed and key == "t"):
                    _feed(state, key)
                    _feed(state, item)
        case list() | tuple():
            for item in value:
                _feed(state, item)
        case set() | frozenset():
            for item in sorted(map(digest, value)):
                state.update(item.encode())
        case _:
            state.update(cloudpickle.dumps(value))
    state.update(b">")


def _name(kind: type) -> bytes:
    return f"{kind.__module__}.{kind.__qualname__}".encode()


def _bits_of_float(value: float) -> bytes:
    return value.hex().encode() if value == value else b"nan"


def _bits_of_atom(value: object) -> bytes:
    return repr(value).encode("utf-8", "surrogatepass")


_ATOMS: Mapping[type, Callable[[Any], bytes]] = {
    float: _bits_of_float,
    **dict.fromkeys((type(None), bool, int, str, bytes), _bits_of_atom),
}
"""What most values are made of, each type itself and no subclass. They come first, for they are many."""
_ATOM_NAMES = {kind: _name(kind) for kind in _ATOMS}
