"""Environments that only a replay can carry, and calls on them; importing this module registers them."""

import random
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
