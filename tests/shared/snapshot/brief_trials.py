"""Trials of few calls, where what they compare shows at once; what many are for is tested by itself."""

from functools import partial
from types import ModuleType
from typing import Any

from shared.snapshot.conformance import addresses, selection
from shared.snapshot.conformance.episodes import check_episodes
from shared.snapshot.conformance.selection import Verdict
from shared.snapshot.contract.recipe import Recipe

BRIEF: tuple[tuple[ModuleType, str, Any], ...] = (
    (addresses, "_MOST_CALLS", 60),
    (addresses, "_MOST_TIMES", 2),
    (selection, "check_episodes", partial(check_episodes, episodes=3, steps=20)),
    (selection, "_BRIEF", {"episodes": (1, 2), "steps": 8, "further": 12, "chain": 4}),
)
"""What makes them so: a module, a name in it and its value."""


def select(recipe: Recipe, modules: tuple[str, ...]) -> Verdict:
    """Try an environment, in a process that does nothing else."""
    for module, name, value in BRIEF:
        setattr(module, name, value)
    return selection.select(recipe, modules)
