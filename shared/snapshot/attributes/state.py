"""The mechanism for known families: only the attributes that change; everything else is rebuilt.

A family is one file that gives a table from class to the names of the attributes that its methods change.
A class counts only as itself: a subclass may hold more.
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

By name and not by class, so that a family's modules are imported only by those who make its environments.
"""


def class_path(instance: object) -> str:
    """The name under which an instance's class stands in a table of changing attributes."""
    return f"{type(instance).__module__}.{type(instance).__qualname__}"


class StateMechanism:
    """Carries the environments of one family, under any wrappers whose state is known."""

    libraries: tuple[str, ...] = ()
    home = Home.LOOP

    def __init__(self, name: str, changing: Changing) -> None:
        self.name = name
        self._family = changing

    def suits(self, env: gymnasium.Env[Any, Any]) -> bool:
        """Whether the environment is of the family and each of its wrappers is known."""
        *wrappers, base = (class_path(layer) for layer in layers(env))
        return base in self._family and all(wrapper in WRAPPER_STATE for wrapper in wrappers)

    def adopt(self, env: gymnasium.Env[Any, Any], recipe: Recipe) -> "StateSubject":
        """Tend a newly made environment; its generators are all made here."""
        return StateSubject(env, {**WRAPPER_STATE, **self._family})


def _give_own_dictionary(layer: Any) -> None:
    """Make the instance's attributes as quick to reach as they were before anything asked for its `__dict__`.

    Before Python 3.13, that turns them into a dictionary whose keys the class shares, at which the interpreter's
    specialized instructions give up: a step of CartPole takes a tenth longer.
    """
    if sys.version_info < (3, 13):
        layer.__dict__ = dict(vars(layer))


class StateSubject:
    """A live environment whose changing attributes are known by name."""

    def __init__(self, env: gymnasium.Env[Any, Any], changing: Changing) -> None:
        self.env = env
        self.apply = partial(perform, env)
        """Make a call on the environment."""
        self.step = partial(interruptible, env.step)
        """Step it."""
        self._base = env.unwrapped
        # Made before any is read or written: a composite space makes its own by reseeding its parts, and
        # FilterObservation's are also the parts of another.
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
        """Write every captured attribute back; the environment may have been used before."""
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
        """Nothing: these environments hold memory only, and several `close` methods shut pygame down for all."""
