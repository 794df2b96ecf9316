"""The in-memory way, as one writes it in an afternoon: FastAPI, `def` endpoints and a dict of environments.

It is what the durable service is compared with: nothing here survives the process.
"""

import uuid
from typing import Any

import ale_py
import gymnasium
import numpy as np
from fastapi import FastAPI
from pydantic import BaseModel

gymnasium.register_envs(ale_py)
app = FastAPI()
_envs: dict[str, gymnasium.Env[Any, Any]] = {}


class CreateBody(BaseModel):
    """Which environment."""

    env_id: str


class ResetBody(BaseModel):
    """The seed of the episode."""

    seed: int | None = None


class StepBody(BaseModel):
    """A member of the action space, as JSON."""

    action: Any


@app.post("/v1/envs/")
def create_env(body: CreateBody) -> dict[str, Any]:
    """Make an environment."""
    instance_id = str(uuid.uuid4())
    _envs[instance_id] = gymnasium.make(body.env_id)
    return {"instance_id": instance_id}


@app.post("/v1/envs/{instance_id}/reset/")
def reset_env(instance_id: str, body: ResetBody) -> dict[str, Any]:
    """Begin an episode."""
    observation, info = _envs[instance_id].reset(seed=body.seed)
    return {"observation": _plain(observation), "info": _plain(info)}


@app.post("/v1/envs/{instance_id}/step/")
def step_env(instance_id: str, body: StepBody) -> dict[str, Any]:
    """Apply an action."""
    env = _envs[instance_id]
    action = np.asarray(body.action, env.action_space.dtype) if isinstance(body.action, list) else body.action
    observation, reward, terminated, truncated, info = env.step(action)
    return {
        "observation": _plain(observation),
        "reward": float(reward),
        "terminated": bool(terminated),
        "truncated": bool(truncated),
        "info": _plain(info),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
