"""The keys that a family gives to a class are of that class, and their actions of its spaces."""

from contextlib import closing
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete, Space

from shared.families.families import FAMILIES, family_of
from shared.families.family import Family, PlayKeys

CLASSES = [(family, name) for family in FAMILIES for name in family.keys]


def ids_of(name: str) -> list[str]:
    specs = [spec for spec in gymnasium.registry.values() if str(spec.entry_point).endswith(f":{name}")]
    return [spec.id for spec in specs if family_of(spec.entry_point)]


@pytest.mark.parametrize(("family", "name"), CLASSES, ids=[name for _, name in CLASSES])
def test_a_class_with_keys_is_one_of_the_familys(family: Family, name: str) -> None:
    """A misspelt one would leave its environments without keys, silently."""
    specs = [gymnasium.registry[env_id] for env_id in ids_of(name)]
    assert specs
    assert {family_of(spec.entry_point) for spec in specs} == {family}


@pytest.mark.parametrize(
    ("env_id", "kwargs"),
    [
        ("CartPole-v1", {}),
        ("Acrobot-v1", {}),
        ("FrozenLake-v1", {}),
        ("CliffWalking-v1", {}),
        ("Taxi-v4", {}),
        ("Blackjack-v1", {}),
        ("LunarLander-v3", {"continuous": False}),
        ("LunarLander-v3", {"continuous": True}),
        ("CarRacing-v3", {"continuous": False}),
        ("CarRacing-v3", {"continuous": True}),
    ],
    ids=str,
)
def test_one_map_of_a_class_fits_each_of_its_action_spaces(env_id: str, kwargs: dict[str, bool]) -> None:
    with closing(gymnasium.make(env_id, **kwargs)) as env:
        kind = type(env.unwrapped)
        family = family_of(kind.__module__)
        assert family is not None
        keys: PlayKeys = family.keys[kind.__name__]
        space = env.action_space
        fitting = [each for each in keys.actions if all(is_member(space, action) for action in each.values())]
    assert len(fitting) == 1


def is_member(space: Space[Any], action: int | list[float]) -> bool:
    if isinstance(action, int):
        return isinstance(space, Discrete) and space.contains(action)
    return isinstance(space, Box) and space.contains(np.array(action, np.float32))


@pytest.mark.parametrize(("family", "name"), CLASSES, ids=[name for _, name in CLASSES])
def test_a_meaning_is_of_a_single_key_that_is_mapped(family: Family, name: str) -> None:
    keys: PlayKeys = family.keys[name]
    assert all(any(key in each for each in keys.actions) for key in keys.meanings)
