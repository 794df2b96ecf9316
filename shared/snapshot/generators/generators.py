"""Random generators as part of an environment's state: which there are, and their states as plain values.

A generator that Gymnasium has not made yet is drawn from the operating system at its first use, so that two
restores of one snapshot would disagree. They are all made at adoption, nested spaces' too.
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
    bit_generator = generator.bit_generator
    return pcg64.packed(bit_generator) if type(bit_generator) is np.random.PCG64 else bit_generator.state


def set_generator_state(generator: np.random.Generator, plain: Any) -> None:
    """Make the generator continue from what `generator_state` gave."""
    generator.bit_generator.state = pcg64.unpack(plain) if isinstance(plain, bytes) else plain


class Readers:
    """What has been found out of generators whose states are read often: how to read them."""

    def __init__(self) -> None:
        self._readers: list[_Reader] = []

    def read(self, generators: Iterable[np.random.Generator]) -> list[Any]:
        """What `generator_state` gives for each of them, soonest where each is the one that stood there before."""
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
    """The states of the generators that some environments and spaces have, for reading them often."""

    def __init__(self, owners: Sequence[Any]) -> None:
        """Each of the owners has an `np_random`, which may be another one after a reset with a seed."""
        self._owners = owners
        self._readers = Readers()

    def __len__(self) -> int:
        """How many there are."""
        return len(self._owners)

    def read(self) -> list[Any]:
        """What `generator_state` gives for each of them."""
        return self._readers.read(self._generators())

    def reseed(self, entropy: int, spawn_key: tuple[int, ...]) -> None:
        """See `reseed`."""
        reseed([*self._generators()], entropy, spawn_key)

    def write(self, states: Sequence[Any]) -> None:
        """Make each generator continue from what `read` gave for it."""
        for generator, now, state in zip(self._generators(), self.read(), states, strict=True):
            if not isinstance(now, bytes) or now != state:
                set_generator_state(generator, state)

    def _generators(self) -> Iterator[np.random.Generator]:
        return map(_np_random, self._owners)


_np_random = attrgetter("np_random")


class _Reader:
    """How one generator's state is read."""

    __slots__ = ("generator", "read")

    def __init__(self, generator: np.random.Generator) -> None:
        self.generator = generator
        bit_generator = generator.bit_generator
        known = type(bit_generator) is np.random.PCG64
        self.read = pcg64.reader(bit_generator) if known else partial(generator_state, generator)
