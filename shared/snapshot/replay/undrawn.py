"""Observations that a replay need not draw, where only the last one is wanted.

MiniWorld draws a picture at every step, which takes four fifths of it. Of a class listed here it is claimed that
the method draws the observation and changes nothing else, and that no step looks at what it returned. The claim is
tested whenever it is used: a replay that left drawings out draws the last observation, and is compared by that and
by all other parts of every reply. Where these differ, everything is drawn again, and from then on always.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gymnasium
import numpy as np

DRAWINGS: dict[tuple[str, str], str] = {("miniworld.miniworld", "MiniWorldEnv"): "render_obs"}
"""By module and class, the method that draws the observation."""

PRIVATE_NAMES = ("miniworld.miniworld:MiniWorldEnv.render_obs",)
"""What this module reads of other packages that is not part of their API."""

_refuted: set[type] = set()
"""Classes whose claim proved wrong in this process."""


class Drawing:
    """The method of a new environment that a replay may leave out, if it has one.

    A subclass with a method of that name of its own is not covered, nor one within a wrapper that nobody knows.
    """

    def __init__(self, env: gymnasium.Env[Any, Any]) -> None:
        self._env = env
        self._name = _method_of(type(env))

    @property
    def is_optional(self) -> bool:
        """Whether there is such a method, and nothing has come out differently without it."""
        return self._name is not None and type(self._env) not in _refuted

    def refute(self) -> None:
        """Something has: no environment of the class leaves it out any more."""
        _refuted.add(type(self._env))

    @contextmanager
    def left_out(self) -> Iterator[None]:
        """Within this context observations are black."""
        assert self._name is not None
        space = self._env.observation_space
        vars(self._env)[self._name] = lambda *_, **__: np.zeros(space.shape or (), space.dtype)
        try:
            yield
        finally:
            del vars(self._env)[self._name]


def _method_of(kind: type) -> str | None:
    for base in kind.__mro__:
        name = DRAWINGS.get((base.__module__, base.__qualname__))
        if name is not None:
            return name if getattr(kind, name) is vars(base).get(name) else None
    return None
