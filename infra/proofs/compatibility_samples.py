"""What is run to prove a part of the table of equal versions: a part is proved if all of its samples are."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from shared.snapshot.making.parts import DRAWN, VECTOR

MODULES = ("ale_py", "minigrid")
"""They register the samples that Gymnasium does not."""


class Sample(NamedTuple):
    """One environment, as a request that creates it describes it."""

    env_id: str
    render_mode: str | None = None
    wrappers: tuple[Mapping[str, Any], ...] = ()
    num_envs: int | None = None

    def __str__(self) -> str:
        told = [self.env_id, *(wrapper["name"] for wrapper in self.wrappers), self.render_mode, self.num_envs]
        return " ".join(str(each) for each in told if each is not None)

    def command(self, written: Path, continued: Path) -> list[str]:
        """The conformance suite: written by one interpreter, continued by the other."""
        command = [str(written), "-m", "shared.snapshot.conformance", self.env_id]
        command += [part for module in MODULES for part in ("--module", module)]
        command += ["--continue-with", str(continued), "--frames-every", "20"]
        command += ["--wrappers", json.dumps(self.wrappers)] if self.wrappers else []
        command += ["--render-mode", self.render_mode] if self.render_mode else []
        return command + (["--num-envs", str(self.num_envs)] if self.num_envs else [])


_CLASSIC_CONTROL = (
    *("Acrobot-v1", "CartPole-v0", "CartPole-v1", "MountainCar-v0", "MountainCarContinuous-v0", "Pendulum-v1"),
)
_TOY_TEXT = (
    *("Blackjack-v1", "CliffWalking-v0", "CliffWalking-v1", "CliffWalkingSlippery-v1", "FrozenLake-v1"),
    *("FrozenLake8x8-v1", "Taxi-v3", "Taxi-v4"),
)
_MUJOCO = (
    *("Ant", "HalfCheetah", "Hopper", "Humanoid", "HumanoidStandup", "InvertedDoublePendulum"),
    *("InvertedPendulum", "Pusher", "Reacher", "Swimmer", "Walker2d"),
)
_BOX2D = (
    "BipedalWalker-v3",
    "BipedalWalkerHardcore-v3",
    "CarRacing-v3",
    "LunarLander-v3",
    "LunarLanderContinuous-v3",
)
_ATARI = ("ALE/Pong-v5", "ALE/Breakout-v5", "ALE/Qbert-v5", "SpaceInvadersNoFrameskip-v4")
_MINIGRID = (
    *("BabyAI-GoToObj-v0", "BabyAI-PickupLoc-v0", "MiniGrid-DoorKey-5x5-v0", "MiniGrid-Dynamic-Obstacles-6x6-v0"),
    *("MiniGrid-Empty-8x8-v0", "MiniGrid-FourRooms-v0", "MiniGrid-MemoryS7-v0", "MiniGrid-MultiRoom-N2-S4-v0"),
)

_ON_CARTPOLE: Mapping[str, Mapping[str, Any]] = {
    "Autoreset": {},
    "DelayObservation": {"delay": 2},
    "DtypeObservation": {"dtype": "float64"},
    "FlattenObservation": {},
    "FrameStackObservation": {"stack_size": 4},
    "NormalizeObservation": {},
    "NormalizeReward": {},
    "ClipReward": {"min_reward": -1, "max_reward": 0.5},
    "RecordEpisodeStatistics": {},
    "RepeatAction": {"num_repeats": 2},
    "StickyAction": {"repeat_action_probability": 0.3},
    "TimeAwareObservation": {},
    "TimeLimit": {"max_episode_steps": 30},
}
_ON_PENDULUM: Mapping[str, Mapping[str, Any]] = {
    "ClipAction": {},
    "RescaleAction": {"min_action": -1, "max_action": 1},
    "RescaleObservation": {"min_obs": -1, "max_obs": 1},
}
_ON_ATARI: Mapping[str, Mapping[str, Any]] = {
    "AtariPreprocessing": {},
    "GrayscaleObservation": {},
    "MaxAndSkipObservation": {"skip": 4},
    "ResizeObservation": {"shape": [42, 42]},
}


def _wrapped(env_id: str, wrappers: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[Sample, ...]]:
    return {
        name: (Sample(env_id, None, ({"name": name, "kwargs": kwargs},)),) for name, kwargs in wrappers.items()
    }


def _all(env_ids: Iterable[str], render_mode: str | None = None) -> tuple[Sample, ...]:
    return tuple(Sample(env_id, render_mode) for env_id in env_ids)


SAMPLES: Mapping[str, tuple[Sample, ...]] = {
    "classic-control": _all(_CLASSIC_CONTROL),
    "classic-control" + DRAWN: _all(_CLASSIC_CONTROL, "rgb_array"),
    "toy-text": _all(_TOY_TEXT),
    "toy-text" + DRAWN: _all(_TOY_TEXT, "rgb_array") + _all(("FrozenLake-v1", "Taxi-v4"), "ansi"),
    "mujoco": _all(f"{name}-v5" for name in _MUJOCO) + _all(f"{name}-v4" for name in _MUJOCO if name != "Pusher"),
    "mujoco" + DRAWN: _all(("Ant-v5", "Hopper-v5", "Pusher-v5", "Reacher-v4"), "rgb_array"),
    "box2d": _all(_BOX2D),
    "box2d" + DRAWN: _all(("BipedalWalker-v3", "CarRacing-v3", "LunarLander-v3"), "rgb_array"),
    "atari": _all(_ATARI),
    "atari" + DRAWN: _all(_ATARI, "rgb_array"),
    "minigrid": _all(_MINIGRID),
    "minigrid" + DRAWN: _all(("MiniGrid-DoorKey-5x5-v0", "MiniGrid-Empty-8x8-v0"), "rgb_array"),
    VECTOR: (Sample("CartPole-v1", num_envs=3), Sample("Pendulum-v1", num_envs=2), Sample("Ant-v5", num_envs=2)),
    **_wrapped("CartPole-v1", _ON_CARTPOLE),
    **_wrapped("Pendulum-v1", _ON_PENDULUM),
    **_wrapped("PongNoFrameskip-v4", _ON_ATARI),
}
"""By the names that `parts_of` gives to what a recipe puts together."""
