"""Environments that end, fill or hold up the process in which they are; importing this module registers them."""

import ctypes
import os
import time
from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces


class Harmful(gymnasium.Env[Any, Any]):
    """Does harm while it is made, or at its first step."""

    def __init__(self, made: Callable[[], Any] = int, stepped: Callable[[], Any] = int) -> None:
        self.action_space = spaces.Discrete(2)
        self.observation_space = spaces.Discrete(2)
        self._stepped = stepped
        made()

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[int, dict[str, Any]]:
        super().reset(seed=seed)
        return 0, {}

    def step(self, action: int) -> tuple[int, float, bool, bool, dict[str, Any]]:
        self._stepped()
        return 0, 0.0, False, False, {}


def _eat() -> None:
    np.ones(10**9)


def _nibble() -> None:
    np.ones(50 * 10**6)


_HARMS: dict[str, dict[str, Callable[[], Any]]] = {
    "Crashing": {"made": lambda: ctypes.string_at(0)},
    "Aborting": {"made": os.abort},
    "Exiting": {"made": lambda: os._exit(3)},
    "Sleeping": {"made": lambda: time.sleep(100_000)},
    "Holding": {"made": lambda: ctypes.PyDLL(None).sleep(100_000)},
    "Hungry": {"made": _eat},
    "Large": {"made": _nibble},
    "HungryStep": {"stepped": _eat},
}

for _name, _harm in _HARMS.items():
    gymnasium.register(f"{_name}-v0", f"{__name__}:Harmful", kwargs=_harm)
