"""The random generators of an environment and its spaces, and their states as plain values.

Gymnasium makes a generator at its first use and seeds it from the operating system, so two restores of one
snapshot would disagree. All of them are therefore made when an environment is adopted, those of nested spaces too.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from operator import attrgetter
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.vector import SyncVectorEnv

from shared.snapshot.generators import pcg64


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
    """Reseed each generator from a child of `SeedSequence(entropy, spawn_key=spawn_key)`."""
    sequence = np.random.SeedSequence(entropy, spawn_key=spawn_key)
    for generator, child in zip(generators, sequence.spawn(len(generators)), strict=True):
        generator.bit_generator.state = type(generator.bit_generator)(child).state


def spaces_of(env: Any) -> list[spaces.Space[Any]]:
    """The spaces of all layers and the spaces nested in them, each once, in a fixed order.

    For a vector environment, its own spaces come first and then those of its environments.
    """
    found: dict[int, spaces.Space[Any]] = {}
    for layer in layers(env):
        for value in vars(layer).values():
            if isinstance(value, spaces.Space):
                for space in nested(value):
                    found.setdefault(id(space), space)
    for each in env.envs if isinstance(env, SyncVectorEnv) else ():
        for space in spaces_of(each):
            found.setdefault(id(space), space)
    return list(found.values())


def nested(space: spaces.Space[Any]) -> Iterator[spaces.Space[Any]]:
    """The space and all spaces within it, outermost first."""
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
        yield from nested(part)


def generator_state(generator: np.random.Generator) -> Any:
    """The state as plain data: 40 bytes for PCG64, which Gymnasium uses, and NumPy's dictionary for others."""
    bit_generator = generator.bit_generator
    return pcg64.packed(bit_generator) if type(bit_generator) is np.random.PCG64 else bit_generator.state


def set_generator_state(generator: np.random.Generator, plain: Any) -> None:
    """Continue from a state that `generator_state` returned."""
    generator.bit_generator.state = pcg64.unpack(plain) if isinstance(plain, bytes) else plain


class Readers:
    """Reads the states of generators, and keeps how each is read for the next time."""

    def __init__(self) -> None:
        self._readers: list[_Reader] = []

    def read(self, generators: Iterable[np.random.Generator]) -> list[Any]:
        """What `generator_state` returns for each; fastest when they are the same objects as last time."""
        states, readers = [], self._readers
        for index, generator in enumerate(generators):
            if index == len(readers):
                readers.append(_Reader(generator))
            reader = readers[index]
            if reader.generator is not generator:
                reader = readers[index] = _Reader(generator)
            states.append(reader.read())
        return states


class GeneratorStates:
    """The generators of some environments and spaces, whose states are read after every call."""

    def __init__(self, owners: Sequence[Any]) -> None:
        """Each owner has an `np_random`, which a reset with a seed may replace."""
        self._owners = owners
        self._readers = Readers()

    def __len__(self) -> int:
        """The number of generators."""
        return len(self._owners)

    def read(self) -> list[Any]:
        """What `generator_state` returns for each."""
        return self._readers.read(self._generators())

    def reseed(self, entropy: int, spawn_key: tuple[int, ...]) -> None:
        """See `reseed`."""
        reseed([*self._generators()], entropy, spawn_key)

    def write(self, states: Sequence[Any]) -> None:
        """Continue each generator from the state that `read` returned for it."""
        for generator, now, state in zip(self._generators(), self.read(), states, strict=True):
            if not isinstance(now, bytes) or now != state:
                set_generator_state(generator, state)

    def _generators(self) -> Iterator[np.random.Generator]:
        return map(_np_random, self._owners)


_np_random = attrgetter("np_random")


class _Reader:
    """One generator, and the function that reads its state."""

    __slots__ = ("generator", "read")

    def __init__(self, generator: np.random.Generator) -> None:
        self.generator = generator
        bit_generator = generator.bit_generator
        known = type(bit_generator) is np.random.PCG64
        self.read = pcg64.reader(bit_generator) if known else partial(generator_state, generator)
