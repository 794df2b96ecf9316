"""A digest of a value, equal for two results only if all types, dtypes, shapes and bits are equal."""

import hashlib
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
    state.update(f"<{kind.__module__}.{kind.__qualname__}".encode())
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
            state.update(value.hex().encode() if value == value else b"nan")
        case None | bool() | int() | str() | bytes():
            state.update(repr(value).encode("utf-8", "surrogatepass"))
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
