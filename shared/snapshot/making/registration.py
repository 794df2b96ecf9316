"""Registering the ids of families when one is asked for, where environments are made one at a time.

`ale_py` registers some 350 ids, which takes a fifteenth of a function's cold start, and few instances are Atari's.
Gymnasium iterates over its registry to make an environment, so a process that makes several at once registers
everything before it serves.
"""

from collections.abc import Sequence

import gymnasium

from shared.families.families import registering_modules
from shared.snapshot.making.make import register_environments

_left: list[str] = []
"""Modules that have not been imported yet."""


def register_when_asked(modules: Sequence[str]) -> None:
    """Leave the modules to `register_for`. If one is not a family's, import all now: it may replace ids of others.

    Raises:
        Misconfigured: one that is imported now cannot be.
    """
    _left[:] = modules if {*registering_modules(installed=False)}.issuperset(modules) else ()
    register_environments(() if _left else modules)


def register_for(env_id: str) -> None:
    """Import what was left, unless `Name-v0` or `module:Name-v0` is registered already.

    Raises:
        Misconfigured: a module cannot be imported.
    """
    if _left and env_id.rpartition(":")[2] not in gymnasium.registry:
        register_environments(_left)
        _left.clear()
