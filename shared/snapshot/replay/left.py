"""What a reset may leave of earlier episodes in attributes, where it can be given to another environment.

PushT draws its last action into a frame, also into that after a reset. Only what measures something is given:
floats, arrays of them, truth values. An integer or a text may be a handle, such as the number of a PyBullet client
or a folder's name, by which two environments would share what it stands for. Two objects may refer to a third.
"""

from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np

from shared.codec import plain
from shared.snapshot.generators.generators import layers

_ATOMS = (type(None), bool, float, np.bool)
_MOST_BYTES = 4096
"""A larger value is left out: it would be a part of every snapshot."""
Left = list[dict[str, bytes]]
"""For each layer, the values of its attributes as `plain` packs them."""


def left_in(env: gymnasium.Env[Any, Any]) -> Left:
    """Floats, arrays of them, truth values and tuples of these that the layers have as attributes."""
    return [
        {name: packed for name, value in [*vars(layer).items()] if (packed := _packed(value)) is not None}
        for layer in layers(env)
    ]


def leave_in(env: gymnasium.Env[Any, Any], left: Sequence[dict[str, bytes]]) -> None:
    """Give a new environment what was left in another, where it has none or another of such values itself."""
    for layer, values in zip(layers(env), left, strict=True):
        own = vars(layer)
        for name, packed in values.items():
            present = _packed(own[name]) if name in own else b""
            if present is not None and present != packed:
                own[name] = plain.loads(packed)


def _packed(value: Any) -> bytes | None:
    if not _is_plain(value):
        return None
    packed = plain.dumps(value)
    return packed if len(packed) <= _MOST_BYTES else None


def _is_plain(value: Any) -> bool:
    match value:
        case np.ndarray():
            return type(value) is np.ndarray and value.dtype.kind in "fcb"
        case tuple():
            return type(value) is tuple and all(map(_is_plain, value))
    return type(value) in _ATOMS or isinstance(value, np.floating)
