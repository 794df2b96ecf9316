"""The calls that may change an environment, as values, and how they are made.

Nothing else in the service touches a live environment: a mechanism that replays calls has to see all of them.
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
    """`env.reset(seed=..., options=...)`. A vector also takes a list of seeds, one for each environment."""

    seed: int | Sequence[int | None] | None = None
    options: dict[str, Any] | None = None


class Step(msgspec.Struct, frozen=True):
    """`env.step(action)` with an action of the action space's type; a Box's may be outside its bounds."""

    action: Any


class Render(msgspec.Struct, frozen=True):
    """`env.render()`. It can change an environment: MuJoCo's camera is fixed by the first frame."""


class Sample(msgspec.Struct, frozen=True):
    """`sample()` of one of the environment's spaces, which advances the space's generator.

    `mask` and `probability` are its arguments, of which one at most is given.
    """

    space: Literal["action_space", "observation_space"]
    mask: Any = None
    probability: Any = None


class Reseed(msgspec.Struct, frozen=True):
    """New numpy generators for the environment and its spaces, seeded by children of a `SeedSequence`.

    Other generators stay as they are unless the mechanism reseeds them, as ALE's does.
    """

    entropy: int
    spawn_key: tuple[int, ...]


Call = Reset | Step | Render | Sample | Reseed


def perform(env: Any, call: Call) -> Any:
    """Make the call and return what the environment returned. Its exceptions pass through."""
    if type(call) is Step:  # the most frequent call, without the `match`, which takes three times as long
        return interruptible(env.step, call.action)
    return interruptible(partial(_perform, env), call)


def _perform(env: Any, call: Call) -> Any:
    match call:
        case Reset(seed, options):
            return env.reset(seed=seed, options=options)
        case Render():
            with first_time(f"render {_name(env.unwrapped)}"):
                return env.render()
        case Sample(space, None, None):
            return getattr(env, space).sample()
        case Sample(space, mask, None):
            return getattr(env, space).sample(mask=mask)
        case Sample(space, _, probability):
            return getattr(env, space).sample(probability=probability)
        case Reseed(entropy, spawn_key):
            reseed(generators_of(env), entropy, spawn_key)
            # Gymnasium's mark for a generator whose seed is unknown. Reading the property would make another.
            env.unwrapped._np_random_seed = -1
            return None


def _name(env: Any) -> str:
    return type(env).__name__ if env.spec is None else str(env.spec.id)
