"""Small environments, each with one thing that a careless copy loses."""

import random
from collections.abc import Callable
from threading import Lock
from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Discrete
from gymnasium.utils import EzPickle

_SCALE = [2.0]
"""Read by a lambda below through its module's globals."""

RESTING = "resting"
_UNSET = object()
_STEPS = 0


class Small(gymnasium.Env[Any, Any]):
    """Counts in `total`; a subclass says by how much. An episode ends after ten steps."""

    metadata = {"render_modes": ["rgb_array"], "render_fps": 1}  # noqa: RUF012  # as Gymnasium has it

    def __init__(self, render_mode: str | None = None) -> None:
        self.observation_space = Box(-np.inf, np.inf, (3,), np.float64)
        self.action_space = Discrete(3)
        self.render_mode = render_mode
        self.total = 0.0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed)
        self.total = float(self.np_random.random())
        self.count = 0
        self.begin()
        return self.observed(), {}

    def step(self, action: Any) -> Any:
        self.count += 1
        self.total += self.amount(int(action))
        return self.observed(), self.total, self.count >= 10, False, {}

    def observed(self) -> Any:
        return np.array([self.total, self.count, 0.0])

    def begin(self) -> None:
        """Prepare an episode."""

    def amount(self, action: int) -> float:
        """By how much a step adds."""
        return float(action)


class Forgetful(Small, EzPickle):
    """Pickles as its constructor's arguments, like every environment over a native library."""

    def __init__(self, render_mode: str | None = None) -> None:
        Small.__init__(self, render_mode)
        EzPickle.__init__(self, render_mode)


class Selective(Small):
    """Leaves its best result out of a pickle, and makes itself again through its constructor."""

    best = 0.0

    def amount(self, action: int) -> float:
        self.best = max(self.best, self.total)
        return action - self.best

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "best"}

    def __reduce__(self) -> Any:
        return type(self), (), self.__getstate__()


class Keeper:
    """No environment, but part of one, with a `__getstate__` that leaves something out."""

    def __init__(self) -> None:
        self.kept = 0.0

    def __getstate__(self) -> dict[str, Any]:
        return {"kept": 0.0}


class Composed(Small):
    """Has a part with a `__getstate__` of its own."""

    def begin(self) -> None:
        self.keeper = Keeper()

    def amount(self, action: int) -> float:
        self.keeper.kept += action
        return self.keeper.kept


class Globals(Small):
    """Draws from the global generators, and holds on to a function of one."""

    def begin(self) -> None:
        self.draw = random.random

    def amount(self, action: int) -> float:
        return self.draw() + random.gauss(0, 1) + float(np.random.normal()) + np.random.randint(9)


class Reseeding(Small):
    """Replaces its spaces in every reset, without a seed, and samples from them, as highway-env does."""

    def begin(self) -> None:
        self.action_space = Discrete(3)
        self.total += float(self.action_space.sample()) + np.random.default_rng().random()


class Views(Small):
    """Keeps views of one array, one of them with strides."""

    def begin(self) -> None:
        self.memory = self.np_random.normal(size=(40, 30))
        self.first = self.memory[0]
        self.column = self.memory[:, 3]
        self.turned = self.memory.T

    def amount(self, action: int) -> float:
        self.first[3] += action
        return float(self.column[0] + np.exp(-(self.turned[::2, ::3] ** 2)).sum())


class Closures(Small):
    """Two functions share a variable, and a third reads a global of its module."""

    def begin(self) -> None:
        count = 0.0

        def add(amount: float) -> None:
            nonlocal count
            count += amount

        self.add: Callable[[float], None] = add
        self.read: Callable[[], float] = lambda: count
        self.scaled: Callable[[float], float] = lambda value: value * _SCALE[0]

    def amount(self, action: int) -> float:
        self.add(action)
        return float(self.scaled(self.read()))


class Shared(Small):
    """One list under two names, a queue of it, and a part that points back to the environment."""

    def begin(self) -> None:
        self.items: list[float] = [self.total]
        self.same = self.items
        self.way_back = {"env": self}
        self.method = self.way_back["env"].contribution

    def contribution(self) -> float:
        return sum(self.same)

    def amount(self, action: int) -> float:
        self.items.append(action)
        return self.method() + (self.way_back["env"] is self)


class Modes(Small):
    """Compares texts by identity."""

    def begin(self) -> None:
        self.mode = RESTING if self.np_random.random() < 0.5 else "moving"

    def amount(self, action: int) -> float:
        return 1.0 if self.mode is RESTING else 2.0


class Sentinels(Small):
    """Tells by a module's own object whether something was set."""

    def begin(self) -> None:
        self.last: object = _UNSET

    def amount(self, action: int) -> float:
        unset, self.last = self.last is _UNSET, _UNSET if self.count % 3 else action
        return 5.0 if unset else 1.0


class Counting(Small):
    """Counts in its class and in its module."""

    steps = 0

    def amount(self, action: int) -> float:
        global _STEPS
        _STEPS += 1
        Counting.steps += 2
        return float(_STEPS * 100 + Counting.steps)


class Caching(Small):
    """Binds an object in its class."""

    table: Any = None

    def amount(self, action: int) -> float:
        Caching.table = [action]
        return float(action)


class Slotted:
    """Holds its state in slots."""

    __slots__ = ("__weakref__", "value")

    def __init__(self) -> None:
        self.value = 0.0

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value * 1.0)


class Slots(Small):
    """Has a part without a `__dict__`."""

    def begin(self) -> None:
        self.part = Slotted()

    def amount(self, action: int) -> float:
        self.part.value += action
        return self.part.value


class Visits(Small):
    """Iterates over a set that the constructor built."""

    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__(render_mode)
        self.cells = {(28 * k % 31, 11 * k % 29) for k in range(50)}

    def amount(self, action: int) -> float:
        x, y = [*self.cells][self.count]
        return float(x * 29 + y)


class Growing(Visits):
    """Changes its set."""

    def amount(self, action: int) -> float:
        self.cells.add((self.count + 100, 0))
        return super().amount(action)


class Sprites(Small):
    """Holds pictures from construction on, one a part of another, and never makes them again."""

    def __init__(self, render_mode: str | None = None) -> None:
        import pygame

        super().__init__(render_mode)
        pygame.init()
        self.sheet = pygame.Surface((60, 40), pygame.SRCALPHA)
        self.sheet.fill((10, 200, 30, 128))
        self.corner = self.sheet.subsurface((20, 10, 16, 16))
        self.coin = pygame.Surface((16, 16), depth=8)
        self.coin.set_palette([(k, 255 - k, 40) for k in range(256)])
        self.coin.set_colorkey(self.coin.map_rgb((7, 248, 40)))
        self.clock = pygame.time.Clock()

    def amount(self, action: int) -> float:
        self.corner.set_at((self.count, action), (250, self.count, 0, 255))
        self.coin.set_at((action, self.count), 7)
        self.clock.tick()
        return float(self.sheet.get_at((20 + self.count, 10 + action))[0])

    def render(self) -> Any:
        import pygame

        canvas = pygame.Surface((80, 60))
        canvas.blit(self.sheet, (4, 4))
        canvas.blit(self.coin, (60, 40))
        return np.array(pygame.surfarray.pixels3d(canvas))


class Locked(Small):
    """Holds what no pickle can."""

    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__(render_mode)
        self.parts = [{"lock": Lock()}]


CARRIED = (
    *(Forgetful, Selective, Composed, Globals, Reseeding, Views, Closures, Shared),
    *(Modes, Sentinels, Counting, Slots, Visits, Sprites),
)
REFUSED = (Growing, Caching, Locked)
for trap in (*CARRIED, *REFUSED):
    gymnasium.register(f"Graph/{trap.__name__}-v0", f"{__name__}:{trap.__name__}")
