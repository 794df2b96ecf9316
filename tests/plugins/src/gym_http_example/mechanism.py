"""A snapshot mechanism of another package: it carries the position that `Dial` keeps outside Python's memory."""

from typing import Any

from shared.codec import plain
from shared.errors import SnapshotCorrupt
from shared.snapshot.attributes.state import class_path
from shared.snapshot.contract.calls import Call, perform
from shared.snapshot.contract.mechanism import Home
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.generators.generators import GeneratorStates, generators_of, layers, spaces_of

_LAYERS = [
    "gymnasium.wrappers.common.TimeLimit",
    "gymnasium.wrappers.common.OrderEnforcing",
    "gym_http_example.dial.Dial",
]
"""What `gymnasium.make` puts around the environment. With another wrapper there may be more to carry."""


class DialMechanism:
    """Carries `Dial` as `gymnasium.make` makes it."""

    name = "example-dial"
    libraries = ("gym-http-example",)
    home = Home.WORKER

    def suits(self, env: Any) -> bool:
        """Whether every layer is known. A subclass of `Dial` is not: it may hold more."""
        return [class_path(layer) for layer in layers(env)] == _LAYERS

    def adopt(self, env: Any, recipe: Recipe) -> "DialSubject":
        """Tend a new environment."""
        return DialSubject(env)


class DialSubject:
    """A live dial."""

    def __init__(self, env: Any) -> None:
        self.env = env
        generators_of(env)  # makes those that would be seeded from the operating system at their first use
        self._generators = GeneratorStates([env.unwrapped, *spaces_of(env)])
        self._order, self._limit = env.env, env

    def apply(self, call: Call) -> Any:
        """Make the call on the environment."""
        return perform(self.env, call)

    def capture(self) -> bytes:
        """The position, what the two wrappers count, and the generators."""
        wrappers = [self._limit._elapsed_steps, self._order._has_reset]
        dial = self.env.unwrapped
        return plain.dumps([dial.position[0], dial.np_random_seed, wrappers, self._generators.read()])

    def restore(self, body: bytes) -> None:
        """Write everything captured back."""
        match plain.loads(body):
            case [int(position), seed, [elapsed, bool(has_reset)], list(generators)] if len(generators) == len(
                self._generators
            ):
                pass
            case _:
                raise SnapshotCorrupt("The state in the snapshot is not of the form this mechanism writes.")
        dial = self.env.unwrapped
        dial.position[0] = position
        dial._np_random_seed = seed
        self._limit._elapsed_steps, self._order._has_reset = elapsed, has_reset
        self._generators.write(generators)

    def close(self) -> None:
        """Close the environment."""
        self.env.close()


DIAL = DialMechanism()
