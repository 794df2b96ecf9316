"""The flames of LunarLander's engines: bodies that only a frame shows, so they are made when one is drawn.

With a render mode every thrust makes one, and only frames make them fade: after 1,000 undrawn steps there are some
800, and a step takes 1.3 ms instead of 0.04 ms. They collide with the ground alone, so each of them, and the
lander, moves to the last bit as if there were no others. Their thrusts are recorded instead, and the bodies are
made in a world of their own with the same ground, which catches up when a frame asks where they are.
"""

from collections import deque
from types import SimpleNamespace
from typing import Any

from gymnasium.envs.box2d import lunar_lander

PRIVATE_NAMES = (
    "gymnasium.envs.box2d.lunar_lander:LunarLander._clean_particles",
    "gymnasium.envs.box2d.lunar_lander:LunarLander._create_particle",
)
"""What this module reads of other packages that is not part of their API."""

_LANDER: Any = lunar_lander.LunarLander


class Flames:
    """Makes and removes a LunarLander's flames in its place."""

    def __init__(self, lander: Any) -> None:
        self._lander = lander
        self._now = 0
        self._world: Any = None
        self._reached = 0
        self._awaited: deque[_Flame] = deque()
        lander._create_particle = self._make
        lander._clean_particles = self._remove

    def step(self) -> None:
        """Count a step of the lander's world."""
        self._now += 1

    def catch_up(self) -> None:
        """Run the flames' world up to the lander's last step."""
        if self._world is None:
            self._world = ground_of(self._lander)
        for step in range(self._reached, self._now):
            while self._awaited and self._awaited[0].made_at == step:
                self._awaited.popleft().light(self._world)
            self._world.Step(1.0 / lunar_lander.FPS, 6 * 30, 2 * 30)
        self._reached = self._now

    def _make(self, mass: float, x: float, y: float, ttl: float) -> "_Flame":
        """In place of `LunarLander._create_particle`."""
        if not self._lander.particles:  # all earlier flames are gone
            self._world = None
            self._reached = self._now
            self._awaited.clear()
        flame = _Flame(self, self._now, (mass, x, y, ttl))
        self._awaited.append(flame)
        self._lander.particles.append(flame)
        self._remove(False)
        return flame

    def _remove(self, all_particle: bool) -> None:
        """In place of `LunarLander._clean_particles`."""
        flames = self._lander.particles
        while flames and (all_particle or flames[0].ttl < 0):
            flames.pop(0).put_out()


class _Flame:
    """What the environment sees of a flame: as much of `b2Body` as it uses."""

    def __init__(self, flames: Flames, made_at: int, arguments: tuple[float, float, float, float]) -> None:
        self.made_at = made_at
        self.ttl = arguments[-1]
        self._flames = flames
        self._arguments = arguments
        self._impulses: list[tuple[Any, ...]] = []
        self._body: Any = None
        self._is_out = False

    def ApplyLinearImpulse(self, *arguments: Any) -> None:
        """`b2Body.ApplyLinearImpulse`, called for each flame right after it is made."""
        self._impulses.append(arguments)

    @property
    def fixtures(self) -> Any:
        """Its shape, where it is now."""
        self._flames.catch_up()
        return self._body.fixtures

    def light(self, world: Any) -> None:
        """Make the body, as the environment does."""
        if self._is_out:
            return
        maker = SimpleNamespace(world=world, particles=[], _clean_particles=lambda _: None)
        self._body = _LANDER._create_particle(maker, *self._arguments)
        for impulse in self._impulses:
            self._body.ApplyLinearImpulse(*impulse)

    def put_out(self) -> None:
        """Destroy the body, or keep it from being made."""
        self._is_out = True
        if self._body is not None:
            self._body.world.DestroyBody(self._body)
            self._body = None


def ground_of(lander: Any) -> Any:
    """A world with the same ground and nothing else, with its fixtures in the lander's order."""
    import Box2D

    world = Box2D.b2World(gravity=lander.world.gravity)
    ground = world.CreateStaticBody()
    for fixture in lander.moon.fixtures:
        ground.CreateFixture(shape=fixture.shape, density=fixture.density, friction=fixture.friction)
    return world
