"""Engines of which something outlasts a reset, so rarely that a trial of a few dozen episodes may not meet it.

PyBullet keeps the pairs of bodies that touch, and solves them in that order. An environment that puts its bodies
back in the same world, as panda-gym does, so begins an episode with the order of those before. PandaReach came out
differently in the last bits in one of 198 episodes, in which both fingers touched the table.
"""

import sys
from collections.abc import Iterator
from typing import Any

import gymnasium

ENGINES = ("pybullet",)
"""Modules of these engines, by the names under which they are imported."""


def outlasts_reset(env: gymnasium.Env[Any, Any]) -> bool:
    """Whether the package of a layer, or of what the environment holds, uses such an engine."""
    engines = [sys.modules[name] for name in ENGINES if name in sys.modules]
    if not engines:
        return False
    roots = {*_roots(env)}
    return any(
        any(value is engine for engine in engines)
        for name, module in [*sys.modules.items()]
        if name.partition(".")[0] in roots
        for value in [*getattr(module, "__dict__", {}).values()]
    )


def _roots(env: gymnasium.Env[Any, Any]) -> Iterator[str]:
    """Top names of the packages whose classes make up the environment."""
    inner = env.unwrapped
    for kind in (type(inner), *map(type, getattr(inner, "__dict__", {}).values())):
        for base in kind.__mro__:
            yield base.__module__.partition(".")[0]
