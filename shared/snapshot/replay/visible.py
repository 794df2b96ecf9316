"""What Python shows of an environment whose state is out of sight: a digest of its attributes.

An environment that counts its episodes, or grows harder with them, is not as a new one after a reset. Its replies
may tell that much later. Its attributes tell it at once.
"""

import hashlib
import random
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

import gymnasium
import numpy as np

from shared.snapshot.generators.generators import layers
from shared.snapshot.graph.native_base import class_name
from shared.snapshot.graph.native_state import objection

_MOST_OBJECTS = 20_000
"""Beyond these nothing is looked at: a walk takes a few microseconds for each, after every reset."""

_ATOMS = (type(None), bool, int, float, complex, str, bytes, np.generic)


def visible_digest(env: gymnasium.Env[Any, Any]) -> bytes:
    """A digest of all numbers, texts, arrays and generators that the layers lead to by attributes and containers.

    Objects that work with a native library are passed over: what they hold are handles, which differ by process.
    Other objects that hold one, and are no layer, may have handles beside it, so their integers and texts are
    passed over too: a window of pyglet's has the address of its surface, and the process's name as its title.
    """
    found = hashlib.blake2b(digest_size=16)
    own = {id(layer) for layer in layers(env)}
    waiting: deque[Any] = deque(layers(env))
    met: dict[int, Any] = {}
    while waiting and len(met) < _MOST_OBJECTS:
        whole = waiting.popleft()
        if id(whole) in met:
            continue
        met[id(whole)] = whole
        found.update(class_name(type(whole)).encode())
        for name, part in _parts(whole, own):
            value = _value(part)
            found.update(f"{name}={value}".encode() if isinstance(value, str) else name.encode() + (value or b""))
            if value is None:
                waiting.append(part)
    return found.digest()


def _value(part: Any) -> str | bytes | None:
    """What an object is if it has no parts; None if it has, or shows nothing."""
    match part:
        case np.ndarray() if not part.dtype.hasobject:
            return f"{part.dtype.str}{part.shape}".encode() + part.tobytes()
        case set() | frozenset():
            return str(sorted(map(repr, part)))  # in an order that does not differ by process
        case np.random.Generator():
            return repr(_flat(part.bit_generator.state))
        case np.random.BitGenerator():
            return repr(_flat(part.state))
        case np.random.RandomState():
            return repr(_flat(part.get_state(legacy=False)))
        case random.Random():
            return repr(part.getstate())
    return repr(part) if isinstance(part, _ATOMS) else None


def _flat(state: Mapping[str, Any]) -> list[Any]:
    """The state of a generator with its arrays whole: `repr` shortens them."""
    return [
        _flat(value) if isinstance(value, Mapping) else value.tolist() if isinstance(value, np.ndarray) else value
        for value in state.values()
    ]


def _by_name(attribute: tuple[str, Any]) -> str:
    """Attributes have no order that code sees; in which they were first set differs after an earlier episode."""
    return attribute[0]


def _parts(whole: Any, own: set[int]) -> Iterator[tuple[str, Any]]:
    match whole:
        case Mapping():
            yield from ((repr(key) if isinstance(key, _ATOMS) else "", value) for key, value in [*whole.items()])
        case list() | tuple() | deque():
            yield from ((str(number), value) for number, value in enumerate(whole))
        case type():
            return
        case _ if id(whole) in own:
            yield from sorted(vars(whole).items(), key=_by_name)
        case _ if objection(type(whole)) is None:
            attributes = sorted(getattr(whole, "__dict__", {}).items(), key=_by_name)
            handles = any(map(_may_be_a_handle, attributes)) and any(map(_is_native, attributes))
            yield from (each for each in attributes if not (handles and _may_be_a_handle(each)))


def _may_be_a_handle(attribute: tuple[str, Any]) -> bool:
    return type(attribute[1]) in (int, str)


def _is_native(attribute: tuple[str, Any]) -> bool:
    return not isinstance(attribute[1], _ATOMS) and objection(type(attribute[1])) is not None
