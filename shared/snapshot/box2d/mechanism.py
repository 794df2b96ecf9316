"""The mechanism for Gymnasium's Box2D environments: the episode is replayed in a world as it was at its reset.

LunarLander makes a new world at every reset. BipedalWalker and CarRacing empty the one that they have; what is
left in it is carried (`world_memory`), or, where that cannot be read, their journals start at construction.
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
from shared.snapshot.contract.calls import Call, Step, perform
from shared.snapshot.contract.mechanism import Home
from shared.snapshot.generators.generators import layers
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
    """What drawing a frame does to a LunarLander: the flames of its engines fade and are removed."""
    for particle in lander.particles:
        particle.ttl -= 0.15
    lander._clean_particles(False)


def _turn_lidar(walker: Any) -> None:
    """What drawing a frame does to a BipedalWalker: the next frame shows another ray."""
    walker.lidar_render = (walker.lidar_render + 1) % 100


def _draw_nothing(car: Any, mode: str = "") -> None:
    """What drawing a frame does to a CarRacing: nothing, but each step draws one, which takes 12 to 15 ms."""


def _flames_of(lander: Any) -> Callable[[], None]:
    """Flames are bodies: simulated in every step, they take a replay 15 times as long as all the rest."""
    from shared.snapshot.box2d.flames import Flames

    return Flames(lander).step


def _lander_s(lander: Any) -> float:
    """Includes what the flames take at the next frame: 47 s for 10,000 thrusts undrawn, instead of 0.9 s."""
    return 0.0001 + 0.0000015 * len(lander.particles)


def _step_s(_: Any) -> float:
    """0.13 to 0.5 ms for BipedalWalker, 0.1 to 0.42 ms for CarRacing, which would take 12 ms if it drew."""
    return 0.0005


@dataclass(frozen=True)
class _Kind:
    """What a replay must know of a class."""

    body: str
    """Path to the body in which an inexact replay would show."""
    drawing: str
    """The method that draws."""
    drawn: Callable[..., None]
    """Does to the environment what the drawing method does besides drawing."""
    call_s: Callable[[Any], float]
    """Seconds in which the call just made is replayed, on the slower of the machines measured."""
    takes_nan: bool = True
    """Whether a step with NaN comes back soon; BipedalWalker's fails in native code, after a second."""
    keeps_world: bool = False
    kept: tuple[str, ...] = ()
    """Attributes that a constructor draws and a reset may leave as they are."""
    defer: Callable[[Any], Callable[[], None]] | None = None
    """Defers work that not every step needs, and returns what to call after each step."""


_KINDS: Mapping[str, _Kind] = {
    f"{_PACKAGE}.lunar_lander.LunarLander": _Kind("lander", "render", _age_particles, _lander_s, defer=_flames_of),
    f"{_PACKAGE}.bipedal_walker.BipedalWalker": _Kind(
        "hull", "render", _turn_lidar, _step_s, takes_nan=False, keeps_world=True
    ),
    f"{_PACKAGE}.car_racing.CarRacing": _Kind(
        "car.hull",
        "_render",
        _draw_nothing,
        _step_s,
        keeps_world=True,
        kept=("road_color", "bg_color", "grass_color"),
    ),
}


class _Box2DCore:
    """One of the three environments, as a `Replayable`."""

    def __init__(self, env: Any, _: bytes) -> None:
        self._env = env
        self._kind = _KINDS[class_path(env)]
        self.restarts = not self._kind.keeps_world or layout_is_known()
        self._replay_s = 0.0
        self._stepped = self._kind.defer and self._kind.defer(env)

    def clear(self) -> bool:
        if not self.restarts:
            return False
        if self._kind.keeps_world:
            # A reset begins with this. Done here, it finds nothing more to destroy.
            self._env._destroy()
            if not is_empty(self._env.world):
                return False
        self._replay_s = 0.0
        return True

    def residue(self) -> list[Any]:
        attributes = {name: getattr(self._env, name) for name in self._kind.kept}
        return [attributes, free_nodes(self._env.world) if self._kind.keeps_world else b""]

    def set_residue(self, value: list[Any]) -> None:
        attributes, nodes = value
        vars(self._env).update(attributes)
        if self._kind.keeps_world:
            self._env._destroy()  # AddRenderObservation resets what it wraps in its constructor
            self._env.world = world_numbering(nodes, self._env.world.gravity)

    def versions(self) -> dict[str, str]:
        return {}  # the mechanism names them

    def generators(self) -> list[np.random.Generator]:
        return [self._env.np_random]

    def perform(self, call: Call) -> Any:
        if not self._kind.takes_nan and isinstance(call, Step) and np.isnan(call.action).any():
            raise ValueError("the action has NaN, with which Box2D fails")
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

    def fingerprint(self) -> list[float] | None:
        """Position, velocity, angle and angular velocity of the body; None before the first reset."""
        body = reduce(lambda owner, name: getattr(owner, name, None), self._kind.body.split("."), self._env)
        if body is None:
            return None
        return [*body.position, *body.linearVelocity, body.angle, body.angularVelocity]

    def replay_s(self) -> float:
        return self._replay_s

    def close(self) -> None:
        """Destroy the bodies, which refer to themselves. The environment's `close` shuts pygame down for all."""
        self._env._destroy()


def _is_known(env: gymnasium.Env[Any, Any]) -> bool:
    return class_path(layers(env)[core_depth(env)]) in _KINDS


def _installed(*distributions: str) -> Iterator[str]:
    """Those that are installed: Box2D and pygame each come in one of two distributions."""
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
