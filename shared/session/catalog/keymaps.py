"""The keys by which people play an environment, as values of `KeyboardEvent.code`: the same on every layout.

They come from the environment's own `get_keys_to_action`, as in `gymnasium.utils.play`, or else from its family.
Other environments get digits for a few actions, or arrows for one or two bounded numbers.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium import Env, Space
from gymnasium.spaces import Box, Discrete

from shared.families.families import family_of
from shared.wire.values.forms import encode

_ARROWS = {"←": "ArrowLeft", "→": "ArrowRight", "↑": "ArrowUp", "↓": "ArrowDown"}
_LETTERS = {"a": "←", "d": "→", "w": "↑", "s": "↓"}
"""Letters that mean the same as the arrows."""

_NAMED = {" ": "Space", "\r": "Enter"}

# Arrows by their numbers in pygame 2, and in pygame 1, which MountainCar still uses.
_PYGAME = {
    1073741904: "←",
    1073741903: "→",
    1073741906: "↑",
    1073741905: "↓",
    276: "←",
    275: "→",
    273: "↑",
    274: "↓",
}

_MOST_ROWS = 256
_MOST_NUMBERED = 10
_MOST_PUSHED = 2


def keymap(env: Env[Any, Any]) -> list[dict[str, Any]] | None:
    """The environment's key map as rows of the form `KeyReply`; None if keys cannot express its actions."""
    own, space, kind = _own(env), env.action_space, type(env.unwrapped)
    if own:
        return _rows(own, {})
    family = family_of(kind.__module__)
    known = None if family is None else family.keys.get(kind.__name__)
    if known is not None:
        for keys in known.actions:
            if all(_is_of(space, action) for action in keys.values()):
                return _rows({tuple(held): action for held, action in keys.items()}, known.meanings)
    plain = _numbered(space) or _pushed(space)
    return None if plain is None else _rows({tuple(held): action for held, action in plain.items()}, {})


def _own(env: Env[Any, Any]) -> dict[tuple[str, ...], Any]:
    """The environment's own keys, as characters. Unknown keys and invalid actions are left out."""
    unwrapped: Any = env.unwrapped
    try:
        said = [*unwrapped.get_keys_to_action().items()][:_MOST_ROWS]
        found = {_characters(keys): action for keys, action in said if env.action_space.contains(action)}
        meanings = unwrapped.get_action_meanings() if hasattr(unwrapped, "get_action_meanings") else []
    except Exception:  # foreign code, which may have no keys, or none for this action space
        return {}
    held = {each for keys in found if keys is not None for each in keys}
    # If letters give the directions, let arrows do so too.
    directions = not held & _ARROWS.keys() and len(held & _LETTERS.keys()) > 1
    keymap = dict[tuple[str, ...], Any]()
    for keys, action in found.items():
        # Atari has a key for doing nothing. Here nothing is done while no key is held.
        if keys is not None and _is_noop(action, meanings):
            keymap[()] = action
        elif keys is not None:
            keymap[tuple(_LETTERS.get(key, key) if directions else key for key in keys)] = action
    return keymap


def _is_noop(action: Any, meanings: Sequence[str]) -> bool:
    return isinstance(action, int) and 0 <= action < len(meanings) and meanings[action] == "NOOP"


def _characters(keys: Any) -> tuple[str, ...] | None:
    """Keys in the forms that `gymnasium.utils.play` takes: a text, a number of pygame's, or a tuple of these."""
    listed = tuple(keys) if isinstance(keys, (str, tuple)) else (keys,)
    found = [
        _PYGAME.get(key, chr(key) if 0 < key < 128 else "") if isinstance(key, int) else key for key in listed
    ]
    known = all(isinstance(each, str) and _codes(each) for each in found)
    return tuple(each.lower() for each in found) if known else None


def _codes(key: str) -> list[str]:
    """The codes of a key; none if it is not known."""
    if key in _ARROWS:
        return [_ARROWS[key], *(f"Key{letter.upper()}" for letter, arrow in _LETTERS.items() if arrow == key)]
    if len(key) == 1 and key.isascii() and key.isalpha():
        return [f"Key{key.upper()}"]
    if len(key) == 1 and key.isascii() and key.isdigit():
        return [f"Digit{key}", f"Numpad{key}"]
    return [_NAMED[key]] if key in _NAMED else []


def _rows(keys: Mapping[tuple[str, ...], Any], meanings: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "codes": [_codes(key) for key in held],
            "action": encode(action),
            "meaning": meanings.get(held[0]) if len(held) == 1 else None,
        }
        for held, action in keys.items()
    ]


def _is_of(space: Space[Any], action: Any) -> bool:
    """Whether a map with this action was written for this kind of space."""
    if isinstance(action, int):
        return isinstance(space, Discrete) and bool(space.contains(action))
    return isinstance(space, Box) and space.shape == (len(action),)


def _numbered(space: Space[Any]) -> dict[str, Any] | None:
    """Digits for at most ten actions. Without a key there is no action."""
    if not isinstance(space, Discrete) or space.n > _MOST_NUMBERED:
        return None
    return {str(number): int(space.start) + number for number in range(int(space.n))}


def _pushed(space: Space[Any]) -> dict[str, Any] | None:
    """Arrows that push one or two numbers to their bounds, where the space has no more."""
    if not isinstance(space, Box) or space.shape not in ((1,), (_MOST_PUSHED,)) or not space.is_bounded():
        return None
    low, high = space.low.tolist(), space.high.tolist()
    rest = np.clip(0.0, space.low, space.high).tolist()
    first = {"": rest[0], "←": low[0], "→": high[0]}
    if len(rest) == 1:
        return {across: [pushed] for across, pushed in first.items()}
    second = {"": rest[1], "↑": high[1], "↓": low[1]}
    return {across + along: [one, other] for across, one in first.items() for along, other in second.items()}
