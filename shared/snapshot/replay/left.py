"""What a reset may leave of earlier episodes in attributes, where it can be given to another environment.

PushT draws its last action into a frame, also into that after a reset. Objects are not among these values: two of
them may refer to a third.
"""

from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np

from shared.codec import plain
from shared.snapshot.generators.generators import layers

_ATOMS = (type(None), bool, int, float, str, bytes, np.generic)
_MOST_BYTES = 4096
"""A larger value is left out: it would be a part of every snapshot."""
_NOT_LEFT = frozenset({"render_mode"})
"""What a constructor decides; a copy for a film draws otherwise."""

Left = list[dict[str, bytes]]
"""For each layer, the values of its attributes as `plain` packs them."""


def left_in(env: gymnasium.Env[Any, Any]) -> Left:
    """Numbers, texts, arrays and tuples of them that the layers have as attributes."""
    return [
        {
            name: packed
            for name, value in [*vars(layer).items()]
            if name not in _NOT_LEFT and (packed := _packed(value)) is not None
        }
        for layer in layers(env)
    ]


def leave_in(env: gymnasium.Env[Any, Any], left: Sequence[dict[str, bytes]]) -> None:
    """Give a new environment what was left in another; attributes that are alike keep their objects."""
    for layer, values in zip(layers(env), left, strict=True):
        own = vars(layer)
        for name, packed in values.items():
            if name not in own or _packed(own[name]) != packed:
                own[name] = plain.loads(packed)


def _packed(value: Any) -> bytes | None:
    if not _is_plain(value):
        return None
    packed = plain.dumps(value)
    return packed if len(packed) <= _MOST_BYTES else None


def _is_plain(value: Any) -> bool:
    match value:
        case np.ndarray():
            return type(value) is np.ndarray and not value.dtype.hasobject and value.dtype.names is None
        case tuple():
            return type(value) is tuple and all(map(_is_plain, value))
    return type(value) in _ATOMS or (isinstance(value, np.generic) and value.dtype.kind in "biufc")
