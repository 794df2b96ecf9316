"""What a family's key maps say about an environment that was made."""

from contextlib import closing
from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Discrete, Space

from shared.families.families import family_of
from shared.families.family import Family


def fitting_maps(env_id: str, **kwargs: Any) -> int:
    """How many of the maps for the environment's class have only actions of its action space."""
    with closing(gymnasium.make(env_id, **kwargs)) as env:
        kind, space = type(env.unwrapped), env.action_space
        family = family_of(kind.__module__)
        assert family is not None
        maps = family.keys[kind.__name__].actions
        return sum(all(_is_member(space, action) for action in each.values()) for each in maps)


def registered_classes(family: Family) -> set[str]:
    """The names of the classes that are registered for the family."""
    specs = [spec for spec in gymnasium.registry.values() if family_of(spec.entry_point) is family]
    return {str(spec.entry_point).partition(":")[2] for spec in specs}


def _is_member(space: Space[Any], action: int | list[float]) -> bool:
    if isinstance(action, int):
        return isinstance(space, Discrete) and space.contains(action)
    return isinstance(space, Box) and space.contains(np.array(action, np.float32))
