"""A dial to be turned to zero, whose position is outside Python's memory, as a simulator's would be."""

import ctypes
from typing import Any

import gymnasium
from gymnasium import spaces


class Dial(gymnasium.Env[Any, Any]):
    """Turns by -1, 0 or 1 and slips at random."""

    metadata: dict[str, Any] = {"render_modes": ["ansi"]}  # noqa: RUF012  (as Gymnasium declares it)

    def __init__(self, render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self.action_space = spaces.Discrete(3)
        self.observation_space = spaces.Discrete(201, start=-100)
        # A pointer cannot be pickled: without its mechanism, this environment would be replayed from its start.
        self.position = ctypes.pointer(ctypes.c_int32(0))

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[int, dict[str, Any]]:
        super().reset(seed=seed)
        self.position[0] = int(self.np_random.integers(-50, 51))
        return self.position[0], {}

    def step(self, action: int) -> tuple[int, float, bool, bool, dict[str, Any]]:
        slip = int(self.np_random.integers(-1, 2))
        self.position[0] = max(-100, min(100, self.position[0] + int(action) - 1 + slip))
        return self.position[0], -float(abs(self.position[0])), self.position[0] == 0, False, {}

    def render(self) -> str:
        return f"at {self.position[0]}"


gymnasium.register("example/Dial-v0", "gym_http_example.dial:Dial", max_episode_steps=40)
