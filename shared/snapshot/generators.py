"""Random generators as part of an environment's state: which there are, and their states as plain values.

A generator that Gymnasium has not made yet is drawn from the operating system at its first use, so that two
restores of one snapshot would disagree. They are all made at adoption, nested spaces' too.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.vector import SyncVectorEnv

# Whether half of a 64-bit draw is left over for the next 32-bit one, and that half.
_HALF = struct.Struct("<BI")


def layers(env: Any) -> list[Any]:
    """The environment's wrappers, outermost first, and last the environment itself."""
    found = [env]
    while isinstance(env, gymnasium.Wrapper):
        env = env.env
        found.append(env)
    return found


def generators_of(env: Any) -> list[np.random.Generator]:
    """The environment's own generator and then its spaces', each made now if it does not exist yet."""
    bases = env.envs if isinstance(env, SyncVectorEnv) else [env]
    return [
        *(base.unwrapped.np_random for base in bases),
        *(space.np_random for space in spaces_of(env)),
    ]


def reseed(generators: Sequence[np.random.Generator], entropy: int, spawn_key: tuple[int, ...]) -> None:
    """New states for the generators, each from a child of `SeedSequence(entropy, spawn_key=spawn_key)`."""
    sequence = np.random.SeedSequence(entropy, spawn_key=spawn_key)
    for generator, child in zip(generators, sequence.spawn(len(generators)), strict=True):
        generator.bit_generator.state = type(generator.bit_generator)(child).state


def spaces_of(env: Any) -> list[spaces.Space[Any]]:
    """Every space that a layer holds, with the spaces nested in it, each once, in a fixed order.

    Of a vector environment its own, and then those of its environments.
    """
    found: dict[int, spaces.Space[Any]] = {}
    for layer in layers(env):
        for value in vars(layer).values():
            if isinstance(value, spaces.Space):
                for space in _nested(value):
                    found.setdefault(id(space), space)
    for each in env.envs if isinstance(env, SyncVectorEnv) else ():
        for space in spaces_of(each):
            found.setdefault(id(space), space)
    return list(found.values())


def _nested(space: spaces.Space[Any]) -> Iterator[spaces.Space[Any]]:
    yield space
    parts: Iterator[spaces.Space[Any]]
    match space:
        case spaces.Tuple() | spaces.OneOf():
            parts = iter(space.spaces)
        case spaces.Dict():
            parts = iter(space.spaces.values())
        case spaces.Sequence():
            parts = iter([space.feature_space])
        case spaces.Graph():
            parts = iter([part for part in (space.node_space, space.edge_space) if part is not None])
        case _:
            return
    for part in parts:
        yield from _nested(part)


def generator_state(generator: np.random.Generator) -> Any:
    """The state as plain data: packed for PCG64, Gymnasium's own; numpy's dictionary for others."""
    state: dict[str, Any] = generator.bit_generator.state  # type: ignore[assignment]
    if state["bit_generator"] != "PCG64":
        return state
    inner = state["state"]
    integers = inner["state"].to_bytes(16, "little") + inner["inc"].to_bytes(16, "little")
    return integers + _HALF.pack(state["has_uint32"], state["uinteger"])


def set_generator_state(generator: np.random.Generator, plain: Any) -> None:
    """Make the generator continue from what `generator_state` gave."""
    if isinstance(plain, bytes):
        has_uint32, uinteger = _HALF.unpack_from(plain, 32)
        plain = {
            "bit_generator": "PCG64",
            "state": {
                "state": int.from_bytes(plain[:16], "little"),
                "inc": int.from_bytes(plain[16:32], "little"),
            },
            "has_uint32": has_uint32,
            "uinteger": uinteger,
        }
    generator.bit_generator.state = plain
