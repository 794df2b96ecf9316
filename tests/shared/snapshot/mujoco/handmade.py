"""Environments on MuJoCo that somebody made by hand, without Gymnasium's `MujocoEnv`."""

from typing import Any

import gymnasium
import mujoco
import numpy as np
from gymnasium.spaces import Box

_ARENA = """
<mujoco>
  <option timestep="0.01"/>
  <worldbody>
    <geom type="plane" size="5 5 .1"/>
    <body name="pusher" pos="0 0 .11"><freejoint/><geom type="box" size=".1 .1 .1" mass="1"/></body>
    <body name="ball" pos=".4 0 {height}"><freejoint/><geom name="ball" size=".1" mass=".2"/></body>
  </worldbody>
</mujoco>
"""
_PENDULUM = """
<mujoco><worldbody><body><joint axis="0 1 0"/><geom type="capsule" fromto="0 0 0 0 0 -.5" size=".03"/></body>
</worldbody><actuator><motor joint="joint"/></actuator></mujoco>
""".replace("<joint ", '<joint name="joint" ')


class World:
    """A model and its state, somewhere within an environment."""

    def __init__(self, text: str) -> None:
        self.model = mujoco.MjModel.from_xml_string(text)
        self.data = mujoco.MjData(self.model)


class Pushing(gymnasium.Env[Any, Any]):
    """A box pushes a ball whose size each episode draws; a pendulum beside it swings with the contacts.

    It reads its contacts before it steps. Every third episode has a model of its own.
    """

    def __init__(self) -> None:
        self.observation_space = Box(-np.inf, np.inf, (8,), np.float64)
        self.action_space = Box(-1.0, 1.0, (3,), np.float64)
        self.worlds = {"arena": World(_ARENA.format(height=0.3)), "pendulum": World(_PENDULUM)}
        self.first = self.worlds["arena"]
        self.episodes = 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed)
        self.episodes += 1
        new = self.episodes % 3 == 0
        self.worlds["arena"] = World(_ARENA.format(height=0.1 * self.episodes)) if new else self.first
        world = self.worlds["arena"]
        mujoco.mj_resetData(world.model, world.data)
        world.model.geom("ball").size = self.np_random.uniform(0.08, 0.14)
        world.model.opt.gravity[2] = -9.0 - self.np_random.random()
        mujoco.mj_forward(world.model, world.data)
        return self._seen(), {"size": float(world.model.geom("ball").size[0])}

    def step(self, action: Any) -> Any:
        arena, pendulum = self.worlds["arena"], self.worlds["pendulum"]
        pressed = arena.data.efc_force.sum() + arena.data.ncon  # of the step before
        pendulum.data.ctrl[0] = pressed
        mujoco.mj_step(pendulum.model, pendulum.data)
        arena.data.xfrc_applied[1, :3] = 20 * np.asarray(action)
        mujoco.mj_step(arena.model, arena.data, 3)
        return self._seen(), float(pressed), False, False, {"contacts": arena.data.ncon}

    def _seen(self) -> Any:
        arena, pendulum = self.worlds["arena"].data, self.worlds["pendulum"].data
        return np.concatenate([arena.qpos[:3], arena.qpos[7:10], pendulum.qpos, pendulum.qvel])


gymnasium.register("handmade/Pushing-v0", f"{__name__}:Pushing", max_episode_steps=30)
