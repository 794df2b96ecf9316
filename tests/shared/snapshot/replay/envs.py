"""Environments that only a replay can carry, and calls on them; importing this module registers them."""

import random
import threading
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

from shared.snapshot.contract.calls import Call, Render, Reset, Sample, Step
from shared.snapshot.contract.recipe import Recipe
from tests.shared.snapshot.pairs import RESET


class Foundling(gymnasium.Env[Any, Any]):
    """Draws from its constructor on, from its own space, the global generators and new ones."""

    metadata: dict[str, Any] = {"render_modes": ["ansi"]}  # noqa: RUF012  (as Gymnasium declares it)

    def __init__(self, render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self.action_space = spaces.Tuple((spaces.Discrete(3), spaces.Box(-1, 1, (2,), np.float32)))
        self.observation_space = spaces.Box(-100, 100, (4,), np.float64)
        self._nature = np.array([self.np_random.random(), np.random.default_rng().random()])
        self._own = np.random.default_rng()
        self._frames = 0
        self.closed = False

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        return self._seen(), {"options": options}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self._nature *= 1.0 + 0.1 * float(action[1][0])
        return self._seen(), self.np_random.random(), False, False, {"own": self.action_space.sample()}

    def render(self) -> str:
        self._frames += 1
        return f"frame {self._frames}"

    def close(self) -> None:
        self.closed = True

    def _seen(self) -> Any:
        return np.array([*self._nature, self._own.random(), random.random() + np.random.rand()])


class Clockwork(Foundling):
    """Is not deterministic: no seed reaches the source of its observations."""

    def _seen(self) -> Any:
        return np.full(4, random.SystemRandom().random())


class Rewound(gymnasium.Env[Any, Any]):
    """Begins every episode anew. What it holds cannot be copied, and it draws from everywhere."""

    metadata: dict[str, Any] = {"render_modes": ["ansi"]}  # noqa: RUF012  (as Gymnasium declares it)
    pull = 0.9

    def __init__(self, render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self.action_space = spaces.Box(-1, 1, (2,), np.float32)
        self.observation_space = spaces.Box(-np.inf, np.inf, (2,), np.float64)
        self._lock = threading.Lock()
        self._mass = self.np_random.random()
        self.closed = 0

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self._forces = self._begun()
        self._place = self.np_random.random(2) + random.random()
        self._steps = 0
        return self._place.copy(), {"options": options}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self._steps += 1
        self._place = self.pull * self._place + self._forces.send(action) / (1 + self._mass)
        told = 0.0 if self._steps % 5 else float(np.random.rand())
        return self._place.copy(), told, False, self._steps == 20, {"own": self.action_space.sample()}

    def render(self) -> str:
        return f"at {self._place}"

    def close(self) -> None:
        self.closed += 1

    def _begun(self) -> Any:
        forces = self._adding()
        next(forces)
        return forces

    def _adding(self) -> Any:
        force = np.zeros(2)
        while True:
            force = 0.5 * force + (yield force)


class Ageing(Rewound):
    """Is another one from its twentieth episode on, and shows before then only that it keeps a list of them."""

    _episodes: tuple[Any, ...] | list[Any] = ()

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        found = super().reset(seed=seed, options=options)
        self._episodes = [*self._episodes, options]
        self._mass += len(self._episodes) >= 20
        return found


class Lasting(Rewound):
    """Keeps forces beyond an episode's end, out of sight."""

    def _begun(self) -> Any:
        self._kept = getattr(self, "_kept", None) or super()._begun()
        return self._kept


class Touching(Rewound):
    """Its forces outlast an episode only if they have become great, as of bodies that were pressed together."""

    def _begun(self) -> Any:
        kept = getattr(self, "_kept", None)
        touched = kept is not None and float(np.abs(kept.send(np.zeros(2))).max()) > 0.9
        self._kept = kept if touched else super()._begun()
        return self._kept


class Choosy(Rewound):
    """Refuses some actions."""

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        if action[0] > 0.5:
            raise ValueError("not there")
        return super().step(action)


class Fated(Rewound):
    """Has from its constructor, out of sight, by how much its forces count."""

    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__(render_mode)
        self._fate = self._told(self.np_random.random())

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        return super().step(action * next(self._fate))

    @staticmethod
    def _told(share: float) -> Any:
        while True:
            yield share


class Remembering(Rewound):
    """Shows after a reset too what it was last told."""

    _told: Any = None

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self._told = (action.copy(), True)
        return super().step(action)

    def render(self) -> str:
        return f"{super().render()}, told {self._told}"


class Unordered(Rewound):
    """Adds what three objects say in the order of their addresses, as in a set; sums of floats depend on it."""

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        self._terms = {_Term(0.1), _Term(0.2), _Term(0.3)}
        return super().reset(seed=seed, options=options)

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        observation, _, *rest = super().step(action)
        return observation, sum((term.number for term in self._terms), 0.0), *rest


class _Term:
    def __init__(self, number: float) -> None:
        self.number = number


class Multiplying(Rewound):
    """Has one more space, with a generator, after its first step."""

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self.observation_space = spaces.Tuple((spaces.Discrete(2), spaces.Discrete(3), spaces.Discrete(4)))
        return super().step(action)


for _name in (
    "Rewound",
    "Ageing",
    "Lasting",
    "Touching",
    "Choosy",
    "Remembering",
    "Unordered",
    "Multiplying",
    "Fated",
):
    gymnasium.register(f"test/{_name}-v0", f"{__name__}:{_name}")
gymnasium.register("test/Foundling-v0", f"{__name__}:Foundling")
gymnasium.register("test/Clockwork-v0", f"{__name__}:Clockwork")

FOUNDLING = Recipe("test/Foundling-v0", render_mode="ansi")
ACTIONS = [(np.int64(number % 3), np.array([np.sin(number), 0.5], np.float32)) for number in range(12)]
STEPS: list[Call] = [Step(action) for action in ACTIONS]
CALLS: list[Call] = [
    Reset(5),
    *STEPS,
    Sample("action_space"),
    Render(),
    *STEPS,
    RESET,
    Sample("observation_space"),
    *STEPS[:3],
    Reset(options={"low": 0.5}),
    Render(),
]
REWOUND = Recipe("test/Rewound-v0", render_mode="ansi")
PUSHES: list[Call] = [Step(np.array([np.sin(number), 0.5], np.float32)) for number in range(12)]
EPISODES: list[Call] = [
    Reset(5),
    *PUSHES,
    Sample("action_space"),
    RESET,
    *PUSHES[:4],
    Render(),
    *PUSHES,
    Sample("observation_space"),
    Reset(options={"low": 0.5}),
    *PUSHES[:3],
]
