"""Stable-Baselines3: PPO, DQN and A2C, after its own `check_env` has passed."""

from functools import partial
from typing import Any

import stable_baselines3
from stable_baselines3.common.env_checker import check_env

from training.comparison import Numbers, Trainer
from training.flattened import flattened, seeded
from training.places import Place

_SEED = 7
_STEPS = 2048
_ARGUMENTS: dict[str, dict[str, Any]] = {
    "PPO": {"n_steps": 256, "batch_size": 64},
    "DQN": {"learning_starts": 200, "target_update_interval": 200},
    "A2C": {},
}


def _trained(name: str, place: Place) -> Numbers:
    seeded(_SEED)
    checked = place.make()
    checked.reset(seed=_SEED)
    checked.action_space.seed(_SEED)
    check_env(checked)
    algorithm = getattr(stable_baselines3, name)
    env = place.make()
    model = algorithm("MlpPolicy", env, seed=_SEED, device="cpu", **_ARGUMENTS[name]).learn(_STEPS)
    return flattened(model.get_parameters())


TRAINERS: dict[str, Trainer] = {name: partial(_trained, name) for name in _ARGUMENTS}
