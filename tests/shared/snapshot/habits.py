"""Environments with one habit each that real packages have; importing this module registers them."""

from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Discrete

Result = tuple[Any, float, bool, bool, dict[str, Any]]


class Columns(gymnasium.Env[Any, Any]):
    """Counts how often each of three columns was chosen; the others differ from it in one habit."""

    def __init__(self) -> None:
        self.action_space: Any = Discrete(3)
        self.observation_space: Any = Box(-99, 99, (3,), np.float32)
        self.counts = np.zeros(3, np.float32)

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self.counts[:] = 0
        return self.counts.copy(), {}

    def step(self, action: Any) -> Result:
        self.counts[action % 3] += 1
        return self.counts.copy(), float(self.counts.sum()), False, False, {}


class ScalesAction(Columns):
    """Writes into the action that it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.action_space = Box(-1, 1, (3,), np.float32)

    def step(self, action: Any) -> Result:
        action *= 0.5
        self.counts += action
        return self.counts.copy(), 0.0, False, False, {}


class FullColumn(Columns):
    """Raises for a move that the rules do not allow now."""

    def step(self, action: Any) -> Result:
        if self.counts[action] >= 2:
            raise ValueError(f"column {action} is full")
        return super().step(action)


class NeverSteps(Columns):
    """Every step raises."""

    def step(self, action: Any) -> Result:
        raise NotImplementedError("there is no engine here")


class RandomId(Columns):
    """Gives every step a random id in its info, which no mechanism can repeat."""

    def step(self, action: Any) -> Result:
        import uuid

        return (*super().step(action)[:4], {"id": str(uuid.uuid4())})


def _register() -> None:
    for name, value in [*globals().items()]:
        if isinstance(value, type) and issubclass(value, Columns):
            gymnasium.register(f"habits/{name}-v0", f"{__name__}:{name}")


_register()
