"""Everything that may change an environment, as values, and the making of such a call.

A mechanism that replays needs to see them all, so nothing else in the service touches a live environment.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

import msgspec

from shared.snapshot.generators.generators import generators_of, reseed
from shared.snapshot.isolation.first_use import first_time
from shared.snapshot.isolation.timeout import interruptible

PRIVATE_NAMES = ("gymnasium:Env._np_random_seed",)
"""What this module reads of other packages that is not part of their API."""


class Reset(msgspec.Struct, frozen=True):
    """`env.reset(seed=..., options=...)`; a vector's seeds may be a list."""

    seed: int | Sequence[int | None] | None = None
    options: dict[str, Any] | None = None


class Step(msgspec.Struct, frozen=True):
    """`env.step(action)` with an action that the action space contains."""

    action: Any


class Render(msgspec.Struct, frozen=True):
    """`env.render()`. It can change an environment: a first frame fixes MuJoCo's camera."""


class Sample(msgspec.Struct, frozen=True):
    """`sample()` of one of the environment's spaces; it advances that space's generator."""

    space: Literal["action_space", "observation_space"]


class Reseed(msgspec.Struct, frozen=True):
    """New generators for the environment and its spaces, from children of a `numpy.random.SeedSequence`.

    Generators of other kinds than numpy's go on as they were, unless the mechanism knows of them.
    """

    entropy: int
    spawn_key: tuple[int, ...]


Call = Reset | Step | Render | Sample | Reseed


def perform(env: Any, call: Call) -> Any:
    """Make the call and return what the environment returned; its exceptions pass through."""
    if type(call) is Step:  # the most frequent, in a third of a match's time
        return interruptible(env.step, call.action)
    return interruptible(partial(_perform, env), call)


def _perform(env: Any, call: Call) -> Any:
    match call:
        case Reset(seed, options):
            return env.reset(seed=seed, options=options)
        case Render():
            with first_time(f"render {_name(env.unwrapped)}"):
                return env.render()
        case Sample(space):
            return getattr(env, space).sample()
        case Reseed(entropy, spawn_key):
            reseed(generators_of(env), entropy, spawn_key)
            # As Gymnasium marks a generator whose seed it does not know.
            env.unwrapped._np_random_seed = -1
            return None


def _name(env: Any) -> str:
    return type(env).__name__ if env.spec is None else str(env.spec.id)
