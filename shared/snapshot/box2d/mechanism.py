"""The mechanism for Gymnasium's Box2D environments: the episode is replayed in a world as it was at its reset.

LunarLander makes a new world at every reset. BipedalWalker and CarRacing empty the one that they have, and what
then is left in it is carried (`box2d_world`); where that cannot be seen, their journals begin at construction.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial, reduce
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import gymnasium
import numpy as np

from shared.snapshot.attributes.state import class_path
from shared.snapshot.box2d.world_memory import free_nodes, is_empty, layout_is_known, world_numbering
from shared.snapshot.codec.generators import layers
from shared.snapshot.contract.calls import Call, Step, perform
from shared.snapshot.contract.mechanism import Home
from shared.snapshot.replay.replay import ReplayMechanism
from shared.snapshot.replay.replayable import core_depth

PRIVATE_NAMES = (
    "gymnasium.envs.box2d.bipedal_walker:BipedalWalker._destroy",
    "gymnasium.envs.box2d.car_racing:CarRacing._destroy",
    "gymnasium.envs.box2d.car_racing:CarRacing._render",
    "gymnasium.envs.box2d.lunar_lander:LunarLander._clean_particles",
    "gymnasium.envs.box2d.lunar_lander:LunarLander._destroy",
)
"""What this module reads of other packages that is not part of their API."""

_PACKAGE = "gymnasium.envs.box2d"


def _age_particles(lander: Any) -> None:
    """What drawing a frame does to LunarLander: the flames of its engines fade and are removed."""
    for particle in lander.particles:
        particle.ttl -= 0.15
    lander._clean_particles(False)


def _turn_lidar(walker: Any) -> None:
    """What drawing a frame does to BipedalWalker: the next one shows another ray."""
    walker.lidar_render = (walker.lidar_render + 1) % 100


def _draw_nothing(car: Any, mode: str = "") -> None:
    """What drawing a frame does to CarRacing: nothing. Each of its steps draws one, which takes 12 to 15 ms."""


def _flames_of(lander: Any) -> Callable[[], None]:
    """Flames are bodies too, and cost a replay that nobody draws afterwards 15 times what all the rest does."""
    from shared.snapshot.box2d.flames import Flames

    return Flames(lander).step


def _lander_s(lander: Any) -> float:
    """With what its flames take at the next frame: 47 s for 10,000 steps without any, not 0.9."""
    return 0.0001 + 0.0000015 * len(lander.particles)


def _step_s(_: Any) -> float:
    """0.13 to 0.5 ms for BipedalWalker, 0.1 to 0.42 ms for CarRacing; 12 for the latter if it drew."""
    return 0.0005


@dataclass(frozen=True)
class _Kind:
    """What must be known of a class to replay it."""

    body: str
    """The body that is looked at to see whether a replay went the same way."""
    drawing: str
    """The method that draws."""
    drawn: Callable[..., None]
    """What the method does to the environment besides drawing."""
    call_s: Callable[[Any], float]
    """Seconds in which the call just made is replayed, by the slower of the machines that it was measured on."""
    keeps_world: bool = False
    remains: tuple[str, ...] = ()
    """Attributes that a constructor may draw and a reset may leave as they are."""
    apart: Callable[[Any], Callable[[], None]] | None = None
    """Takes a part out of the environment that is not needed in every step, and gives what to call after each."""


_KINDS: Mapping[str, _Kind] = {
    f"{_PACKAGE}.lunar_lander.LunarLander": _Kind("lander", "render", _age_particles, _lander_s, apart=_flames_of),
    f"{_PACKAGE}.bipedal_walker.BipedalWalker": _Kind("hull", "render", _turn_lidar, _step_s, keeps_world=True),
    f"{_PACKAGE}.car_racing.CarRacing": _Kind(
        "car.hull",
        "_render",
        _draw_nothing,
        _step_s,
        keeps_world=True,
        remains=("road_color", "bg_color", "grass_color"),
    ),
}


class _Box2DCore:
    """One of the three environments."""

    def __init__(self, env: Any, _: bytes) -> None:
        self._env = env
        self._kind = _KINDS[class_path(env)]
        self.restarts = not self._kind.keeps_world or layout_is_known()
        self._replay_s = 0.0
        self._stepped = self._kind.apart and self._kind.apart(env)

    def clear(self) -> bool:
        if not self.restarts:
            return False
        if self._kind.keeps_world:
            # The first thing that a reset does; done here, it finds nothing more to destroy.
            self._env._destroy()
            if not is_empty(self._env.world):
                return False
        self._replay_s = 0.0
        return True

    def remains(self) -> list[Any]:
        attributes = {name: getattr(self._env, name) for name in self._kind.remains}
        return [attributes, free_nodes(self._env.world) if self._kind.keeps_world else b""]

    def set_remains(self, value: list[Any]) -> None:
        attributes, nodes = value
        vars(self._env).update(attributes)
        if self._kind.keeps_world:
            self._env._destroy()  # AddRenderObservation resets what it wraps when it is made
            self._env.world = world_numbering(nodes, self._env.world.gravity)

    def versions(self) -> dict[str, str]:
        return {}  # the mechanism names them

    def generators(self) -> list[np.random.Generator]:
        return [self._env.np_random]

    def perform(self, call: Call) -> Any:
        result = perform(self._env, call)
        if self._stepped and isinstance(call, Step):
            self._stepped()
        self._replay_s += self._kind.call_s(self._env)
        return result

    @contextmanager
    def unseen(self) -> Iterator[None]:
        vars(self._env)[self._kind.drawing] = partial(self._kind.drawn, self._env)
        try:
            yield
        finally:
            del vars(self._env)[self._kind.drawing]

    def witness(self) -> list[float] | None:
        """Position, velocity, angle and angular velocity of the body; None before the first reset."""
        body = reduce(lambda owner, name: getattr(owner, name, None), self._kind.body.split("."), self._env)
        if body is None:
            return None
        return [*body.position, *body.linearVelocity, body.angle, body.angularVelocity]

    def replay_s(self) -> float:
        return self._replay_s

    def close(self) -> None:
        """Destroy the bodies, which hold themselves; the environment's own `close` shuts pygame down for all."""
        self._env._destroy()


def _is_known(env: gymnasium.Env[Any, Any]) -> bool:
    return class_path(layers(env)[core_depth(env)]) in _KINDS


def _installed(*distributions: str) -> Iterator[str]:
    """Those that are there: Box2D and pygame each come as one of two distributions."""
    for name in distributions:
        with suppress(PackageNotFoundError):
            version(name)
            yield name


BOX2D = ReplayMechanism(
    "box2d",
    _Box2DCore,
    _is_known,
    tuple(_installed("box2d", "box2d-py", "pygame", "pygame-ce")),
    Home.EITHER,
)
