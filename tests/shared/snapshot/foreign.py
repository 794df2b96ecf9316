"""Environments like those of other packages; importing this module registers them, as theirs do."""

import os
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces


class Walk(gymnasium.Env[Any, Any]):
    """A random walk in plain Python, with all its state in attributes."""

    metadata: dict[str, Any] = {"render_modes": ["ansi"]}  # noqa: RUF012  (as Gymnasium declares it)

    def __init__(self, render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self.action_space = spaces.Discrete(3)
        self.observation_space = spaces.Discrete(1000)
        self._place: dict[str, Any] = {"at": 500, "history": [500]}

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[int, dict[str, Any]]:
        super().reset(seed=seed)
        self._place = {"at": int(self.np_random.integers(450, 550)), "history": []}
        return self._seen(), {}

    def step(self, action: int) -> tuple[int, float, bool, bool, dict[str, Any]]:
        self._move(int(action) - 1 + int(self.np_random.integers(-1, 2)))
        return self._seen(), float(self._seen() - 500), False, False, {"length": len(self._place["history"])}

    def render(self) -> str:
        return f"at {self._seen()}"

    def _move(self, by: int) -> None:
        self._place["history"].append(by)
        self._place["at"] += by

    def _seen(self) -> int:
        return int(self._place["at"])


class Hidden(Walk):
    """Keeps a part of its state in a running generator, which nothing can copy. It is deterministic."""

    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__(render_mode)
        self._pace = self._paces()

    def _paces(self) -> Any:
        pace = 0
        while True:
            pace = (pace * 5 + 3) % 7
            yield pace - 3

    def step(self, action: int) -> tuple[int, float, bool, bool, dict[str, Any]]:
        self._move(next(self._pace))
        return super().step(action)


class Erratic(Walk):
    """Draws from the operating system at every step: no two of it agree."""

    def step(self, action: int) -> tuple[int, float, bool, bool, dict[str, Any]]:
        self._move(os.urandom(1)[0] - 128)
        return super().step(action)


class Forgetful(Walk):
    """Keeps a part of its state in its class, which a copy of the environment does not reach."""

    steps_of_all = np.zeros(1, np.int64)

    def step(self, action: int) -> tuple[int, float, bool, bool, dict[str, Any]]:
        type(self).steps_of_all[0] += 1
        observation, reward, terminated, truncated, info = super().step(action)
        return observation, reward, terminated, truncated, {**info, "steps": int(self.steps_of_all[0])}


class Talkative(Walk):
    """Prints, as no environment should."""

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[int, dict[str, Any]]:
        print("a new episode")
        return super().reset(seed=seed)


for _name in ("Walk", "Hidden", "Erratic", "Forgetful", "Talkative"):
    gymnasium.register(f"Foreign{_name}-v0", f"{__name__}:{_name}", max_episode_steps=50)
