"""The mechanism for known families: it stores the attributes that change and rebuilds everything else.

A family is one file with a table from a class to the attributes that its methods change. Subclasses are not
included, as they may hold more.
"""

import sys
from collections.abc import Mapping
from functools import partial
from typing import Any

import gymnasium

from shared.codec import plain
from shared.errors import SnapshotCorrupt
from shared.snapshot.attributes.attributes import AttributeKind, Plain
from shared.snapshot.attributes.wrapper_state import WRAPPER_STATE
from shared.snapshot.contract.calls import perform
from shared.snapshot.contract.mechanism import Home
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.generators.generators import GeneratorStates, generators_of, layers, spaces_of
from shared.snapshot.isolation.timeout import interruptible

PRIVATE_NAMES = ("gymnasium:Env._np_random_seed",)
"""What this module reads of other packages that is not part of their API."""

Changing = Mapping[str, tuple[str | AttributeKind, ...]]
"""From `module.Class` to the attributes that change.

Classes are named and not imported, so that only those who make an environment import its family.
"""


def class_path(instance: object) -> str:
    """The key of an instance's class in a table of changing attributes."""
    return f"{type(instance).__module__}.{type(instance).__qualname__}"


class StateMechanism:
    """Stores and restores the environments of one family, inside any wrappers whose state is known."""

    libraries: tuple[str, ...] = ()
    home = Home.LOOP
    takes_over = True

    def __init__(self, name: str, changing: Changing) -> None:
        self.name = name
        self._family = changing

    def suits(self, env: gymnasium.Env[Any, Any]) -> bool:
        """Whether the environment is of the family and all of its wrappers are known."""
        *wrappers, base = (class_path(layer) for layer in layers(env))
        return base in self._family and all(wrapper in WRAPPER_STATE for wrapper in wrappers)

    def adopt(self, env: gymnasium.Env[Any, Any], recipe: Recipe) -> "StateSubject":
        """Take over a newly made environment and make all of its generators."""
        return StateSubject(env, {**WRAPPER_STATE, **self._family})


def _give_own_dictionary(layer: Any) -> None:
    """Make attribute access as fast as it was before something asked for the instance's `__dict__`.

    Before Python 3.13, asking turns the attributes into a dictionary with keys shared by the class, for which the
    interpreter has no specialized instructions: a step of CartPole takes a tenth longer.
    """
    if sys.version_info < (3, 13):
        layer.__dict__ = dict(vars(layer))


class StateSubject:
    """A live environment whose changing attributes are known by name."""

    keeps_spaces = True  # they are none of these attributes

    def __init__(self, env: gymnasium.Env[Any, Any], changing: Changing) -> None:
        self.env = env
        self.apply = partial(perform, env)
        """Make a call on the environment."""
        self.step = partial(interruptible, env.step)
        """Step it."""
        self._base = env.unwrapped
        # Make all generators before reading any: a composite space makes its own by reseeding its parts, and
        # FilterObservation's spaces are parts of another space too.
        generators_of(env)
        self._generators = GeneratorStates([self._base, *spaces_of(env)])
        self._attributes = []
        for depth, layer in enumerate(layers(env)):
            kinds = changing[class_path(layer)]
            if kinds:
                _give_own_dictionary(layer)
            for kind in kinds:
                kind = Plain(kind) if isinstance(kind, str) else kind
                self._attributes.append((f"{depth}.{kind.name}", kind.of(layer)))

    def capture(self) -> bytes:
        """The changing attributes and the generators' states: about 400 bytes for classic control."""
        return plain.dumps(
            [
                {name: attribute.read() for name, attribute in self._attributes},
                self._base.np_random_seed,
                self._generators.read(),
            ]
        )

    def restore(self, body: bytes) -> None:
        """Write every captured attribute back. The environment may have been used before."""
        match plain.loads(body):
            case [dict(values), seed, list(generators)]:
                pass
            case _:
                raise SnapshotCorrupt("The state in the snapshot is not of the form this mechanism writes.")
        if [*values] != [name for name, _ in self._attributes] or len(generators) != len(self._generators):
            raise SnapshotCorrupt("The state in the snapshot belongs to an environment of another make.")
        for (_, attribute), value in zip(self._attributes, values.values(), strict=True):
            attribute.write(value)
        self._generators.write(generators)
        self._base._np_random_seed = seed

    def close(self) -> None:
        """Do nothing: they hold only memory, and several `close` methods shut pygame down for all."""
