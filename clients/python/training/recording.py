"""What a trainer and its environments tell each other: a digest for each call, which two runs can compare."""

import hashlib
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

CALLS = ("reset", "step")


class Recording:
    """The digests of all calls on some environments, in their order."""

    def __init__(self) -> None:
        self.digests: list[bytes] = []

    def follow(self, env: Any) -> None:
        """Note each reset and step of the environment from now on, with what it returns.

        The environment stays the object that it is, so that a trainer sees what it would see without this.
        """
        for name in CALLS:
            setattr(env, name, self._noted(name, getattr(env, name)))

    def _noted(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def noted(env: Any, *given: Any, **named: Any) -> Any:
            asked = digest([name, given, named])  # before the call, which may take options out of a dictionary
            returned = call(*given, **named)
            self.digests.append(digest([asked, returned]))
            return returned

        return types.MethodType(noted, self)


def digest(value: Any) -> bytes:
    """A digest that two values share only if they have the same types, shapes and bits."""
    hashed = hashlib.sha256()
    _feed(hashed.update, value)
    return hashed.digest()


def _feed(update: Callable[[bytes], None], value: Any) -> None:
    if isinstance(value, Mapping):
        update(f"map of {len(value)};".encode())
        for key in sorted(value):
            _feed(update, key)
            _feed(update, value[key])
    elif isinstance(value, np.ndarray) and value.dtype == object:
        update(f"objects {value.shape};".encode())
        _feed(update, value.tolist())
    elif isinstance(value, np.ndarray | np.generic):
        update(f"{value.dtype.str} {value.shape};".encode() + value.tobytes())
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        update(f"{len(value)} of;".encode())
        for each in value:
            _feed(update, each)
    else:
        update(f"{type(value).__name__} {value!r};".encode())
