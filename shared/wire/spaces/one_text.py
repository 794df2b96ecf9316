"""Keys of Dict spaces that JSON, whose keys are all text, cannot tell apart: 1 and "1", or None and "None"."""

from collections.abc import Iterable
from typing import Any

from gymnasium import Space, spaces

from shared.wire.values.keys import key_of


def keys_with_one_text(space: Space[Any]) -> tuple[Any, Any] | None:
    """Two keys of a Dict, anywhere in the space, that are one text in JSON; None if there are none."""
    parts: Iterable[Space[Any] | None] = ()
    match space:
        case spaces.Dict():
            texts: dict[str, Any] = {}
            for key in space.spaces:
                if texts.setdefault(str(key_of(key)), key) is not key:
                    return texts[str(key_of(key))], key
            parts = space.spaces.values()
        case spaces.Tuple() | spaces.OneOf():
            parts = space.spaces
        case spaces.Sequence():
            parts = [space.feature_space]
        case spaces.Graph():
            parts = [space.node_space, space.edge_space]
    return next((found for part in parts if part is not None and (found := keys_with_one_text(part))), None)
