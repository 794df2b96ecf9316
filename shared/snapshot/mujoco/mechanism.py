"""The mechanism for Gymnasium's MuJoCo environments: the model is rebuilt, the physics and the camera are carried.

Subclasses are left to other mechanisms: they may hold more, change the model or read contacts between calls.
"""

import logging
from functools import cache
from typing import Any

import gymnasium

from shared.snapshot.attributes.state import Changing, StateMechanism, StateSubject
from shared.snapshot.attributes.wrapper_state import WRAPPER_STATE
from shared.snapshot.contract.calls import Call, Render
from shared.snapshot.contract.mechanism import Home
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.mujoco.camera import Camera, keep_few, make_current, make_room, release
from shared.snapshot.mujoco.physics import Physics, is_whole

PRIVATE_NAMES = ("gymnasium.envs.mujoco.mujoco_rendering:MujocoRenderer._vopt",)
"""What this module reads of other packages that is not part of their API."""

_PACKAGE = "gymnasium.envs.mujoco"
_MUJOCO = (Physics(), Camera())

CHANGING: Changing = {
    f"{_PACKAGE}.ant_v4.AntEnv": _MUJOCO,
    f"{_PACKAGE}.ant_v5.AntEnv": _MUJOCO,
    f"{_PACKAGE}.half_cheetah_v4.HalfCheetahEnv": _MUJOCO,
    f"{_PACKAGE}.half_cheetah_v5.HalfCheetahEnv": _MUJOCO,
    f"{_PACKAGE}.hopper_v4.HopperEnv": _MUJOCO,
    f"{_PACKAGE}.hopper_v5.HopperEnv": _MUJOCO,
    f"{_PACKAGE}.humanoid_v4.HumanoidEnv": _MUJOCO,
    f"{_PACKAGE}.humanoid_v5.HumanoidEnv": _MUJOCO,
    f"{_PACKAGE}.humanoidstandup_v4.HumanoidStandupEnv": _MUJOCO,
    f"{_PACKAGE}.humanoidstandup_v5.HumanoidStandupEnv": _MUJOCO,
    f"{_PACKAGE}.inverted_double_pendulum_v4.InvertedDoublePendulumEnv": _MUJOCO,
    f"{_PACKAGE}.inverted_double_pendulum_v5.InvertedDoublePendulumEnv": _MUJOCO,
    f"{_PACKAGE}.inverted_pendulum_v4.InvertedPendulumEnv": _MUJOCO,
    f"{_PACKAGE}.inverted_pendulum_v5.InvertedPendulumEnv": _MUJOCO,
    # Pusher's reset writes the positions that it draws into the array of initial positions.
    f"{_PACKAGE}.pusher_v5.PusherEnv": (*_MUJOCO, "goal_pos", "cylinder_pos", "init_qpos"),
    f"{_PACKAGE}.reacher_v4.ReacherEnv": (*_MUJOCO, "goal"),
    f"{_PACKAGE}.reacher_v5.ReacherEnv": (*_MUJOCO, "goal"),
    f"{_PACKAGE}.swimmer_v4.SwimmerEnv": _MUJOCO,
    f"{_PACKAGE}.swimmer_v5.SwimmerEnv": _MUJOCO,
    f"{_PACKAGE}.walker2d_v4.Walker2dEnv": _MUJOCO,
    f"{_PACKAGE}.walker2d_v5.Walker2dEnv": _MUJOCO,
}
"""Pusher-v4 is missing: its constructor refuses MuJoCo 3 and later."""


class MujocoMechanism:
    """Carries either the environments that draw or those that do not; only the former need the graphics thread."""

    libraries: tuple[str, ...] = ("mujoco",)

    def __init__(self, name: str, home: Home, *, draws: bool) -> None:
        self.name = name
        self.home = home
        self._draws = draws
        self._known = StateMechanism(name, CHANGING)

    def suits(self, env: gymnasium.Env[Any, Any]) -> bool:
        """Whether the environment is in the table, draws or not as this mechanism does, and hides nothing."""
        base: Any = env.unwrapped
        return self._known.suits(env) and (base.render_mode is not None) is self._draws and _is_open(base)

    def adopt(self, env: gymnasium.Env[Any, Any], recipe: Recipe) -> "MujocoSubject":
        """Tend a newly made environment. All its generators are made here."""
        _log_warnings()
        return MujocoSubject(env, {**WRAPPER_STATE, **CHANGING})


class MujocoSubject:
    """A live MuJoCo environment. Its OpenGL context, if it has one, is current during its calls."""

    def __init__(self, env: gymnasium.Env[Any, Any], changing: Changing) -> None:
        self.env = env
        self._state = StateSubject(env, changing)
        base: Any = env.unwrapped
        self._renderer = base.mujoco_renderer
        keep_few(self._renderer)  # a wrapper may have drawn already

    def apply(self, call: Call) -> Any:
        """Make the call on the environment."""
        if isinstance(call, Render):
            make_room(self._renderer)
        make_current(self._renderer)
        try:
            return self._state.apply(call)
        finally:
            keep_few(self._renderer)

    def capture(self) -> bytes:
        """The physics, the camera and whatever else changes: 2 KB for InvertedPendulum, 16 KB for Humanoid."""
        return self._state.capture()

    def restore(self, body: bytes) -> None:
        """Write everything captured back. The environment may have been used before."""
        self._state.restore(body)

    def close(self) -> None:
        """Free the OpenGL context, of which the environment's own `close` leaves a part."""
        release(self._renderer)


def _is_open(base: Any) -> bool:
    """Whether the arrays that are carried are all that the next call can depend on."""
    import mujoco

    model = base.model
    # A sleeping body's derived arrays are not computed anew; a plugin keeps memory of its own; visual options may
    # draw contacts, which are not carried.
    sleeps = model.opt.enableflags & getattr(mujoco.mjtEnableBit, "mjENBL_SLEEP", 0)
    return not (sleeps or model.nplugin or base.mujoco_renderer._vopt) and is_whole(base.data)


@cache
def _log_warnings() -> None:
    """Send MuJoCo's warnings to the log.

    Otherwise MuJoCo adds a line to MUJOCO_LOG.TXT in the working directory whenever a HalfCheetah is made.
    """
    import mujoco

    if mujoco.get_mju_user_warning() is None:
        mujoco.set_mju_user_warning(logging.getLogger("mujoco").info)


MUJOCO = MujocoMechanism("mujoco", Home.EITHER, draws=False)
MUJOCO_DRAWN = MujocoMechanism("mujoco-drawn", Home.GRAPHICS, draws=True)
