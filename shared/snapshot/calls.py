"""Everything that may change an environment, as values, and the making of such a call.

A mechanism that replays needs to see them all, so nothing else in the service touches a live environment.
"""

from dataclasses import dataclass
from typing import Any, Literal

import gymnasium
import numpy as np

from shared.snapshot.generators import reseed


@dataclass(frozen=True, slots=True)
class Reset:
    """`env.reset(seed=..., options=...)`."""

    seed: int | None = None
    options: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """`env.step(action)` with an action that the action space contains."""

    action: Any


@dataclass(frozen=True, slots=True)
class Render:
    """`env.render()`. It can change an environment: a first frame fixes MuJoCo's camera."""


@dataclass(frozen=True, slots=True)
class Sample:
    """`sample()` of one of the environment's spaces; it advances that space's generator."""

    space: Literal["action_space", "observation_space"]


@dataclass(frozen=True, slots=True)
class Reseed:
    """New generators for the environment and its spaces, from `numpy.random.SeedSequence`."""

    entropy: int
    spawn_key: int


Call = Reset | Step | Render | Sample | Reseed


def perform(env: gymnasium.Env[Any, Any], call: Call) -> Any:
    """Make the call and return what the environment returned; its exceptions pass through."""
    match call:
        case Step(action):
            return env.step(action)
        case Reset(seed, options):
            return env.reset(seed=seed, options=options)
        case Render():
            return env.render()
        case Sample(space):
            return getattr(env, space).sample()
        case Reseed(entropy, spawn_key):
            reseed(env, np.random.SeedSequence(entropy, spawn_key=(spawn_key,)))
            return None
