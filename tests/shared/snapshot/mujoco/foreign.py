"""Environments built on Gymnasium's `MujocoEnv`, like those of other packages; importing registers them."""

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.envs.mujoco import MujocoEnv
from gymnasium.envs.mujoco.hopper_v5 import HopperEnv


class Cart(MujocoEnv):
    """A cart and a pole, nearly all of which is `MujocoEnv`."""

    metadata: dict[str, Any] = {"render_modes": ["rgb_array", "depth_array", "rgbd_tuple"]}  # noqa: RUF012

    def __init__(self, **kwargs: Any) -> None:
        seen = spaces.Box(-np.inf, np.inf, (4,), np.float64)
        super().__init__("inverted_pendulum.xml", 2, seen, width=48, height=32, **kwargs)

    def step(self, action: Any) -> Any:
        self.do_simulation(action, self.frame_skip)
        return self._seen(), float(self.data.qpos[0]), bool(abs(self.data.qpos[1]) > 0.5), False, {}

    def reset_model(self) -> Any:
        self.set_state(self.init_qpos + self.np_random.uniform(-0.2, 0.2, 2), self.init_qvel)  # type: ignore[no-untyped-call]
        return self._seen()

    def _seen(self) -> Any:
        return np.concatenate([self.data.qpos, self.data.qvel])


class Feeling(HopperEnv):
    """Reads contacts, which no fixed-size array holds, before it steps; and counts its steps."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(width=48, height=32, **kwargs)
        self._count = 0

    def step(self, action: Any) -> Any:
        felt = sum(float(contact.dist) for contact in self.data.contact)
        self._count += 1
        observation, reward, *rest, info = super().step(action)  # type: ignore[no-untyped-call]
        return observation, float(reward) + felt, *rest, {**info, "count": self._count}


class Flickering(Cart):
    """Changes with every frame that it draws."""

    shown = 0

    def render(self) -> Any:
        self.shown += 1
        return super().render() // (1 + self.shown % 2)  # type: ignore[no-untyped-call]


for _name in ("Cart", "Feeling", "Flickering"):
    gymnasium.register(f"Foreign{_name}-v0", f"{__name__}:{_name}", max_episode_steps=50)
