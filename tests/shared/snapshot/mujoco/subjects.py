"""Live MuJoCo environments for tests, and calls on them that are the same every time."""

from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest

from shared.snapshot.contract.calls import Reset, Step
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.make import make, register_environments
from shared.snapshot.mujoco.mechanism import CHANGING, MUJOCO, MujocoSubject
from shared.variables import prepare_process

IDS = sorted(
    env_id
    for env_id, spec in gymnasium.registry.items()
    if isinstance(spec.entry_point, str) and spec.entry_point.replace(":", ".") in CHANGING
)
ASSETS = Path(gymnasium.__file__).parent / "envs/mujoco/assets"
SHORT: dict[str, Any] = {"episodes": (1, 3), "steps": 12, "further": 40, "chain": 25}


def prepare() -> None:
    """Prepare the process as the service does; skip the tests where MuJoCo is missing."""
    pytest.importorskip("mujoco")
    prepare_process()
    register_environments(())


def subject_of(env_id: str, seed: int | None = None, **kwargs: Any) -> MujocoSubject:
    """A subject whose environment has been reset, if a seed is given."""
    recipe = Recipe(env_id, kwargs=kwargs, seed=1)
    subject = MUJOCO.adopt(make(recipe), recipe)
    if seed is not None:
        subject.apply(Reset(seed))
    return subject


def base_of(subject: MujocoSubject) -> Any:
    """The environment inside its wrappers."""
    return subject.env.unwrapped


def steps(subject: MujocoSubject, number: int) -> list[bytes]:
    """The bits of the observations and rewards of some steps, whose actions are the same every time."""
    found = []
    for count in range(number):
        action = np.full(subject.env.action_space.shape or (), 0.4 * np.sin(count), np.float32)
        observation, reward, *_ = subject.apply(Step(action))
        found.append(observation.tobytes() + np.float64(reward).tobytes())
    return found
