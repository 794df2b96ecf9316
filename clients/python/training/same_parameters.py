"""Checks that Stable-Baselines3 learns the same parameters on the server as in process, bit for bit.

`make train` runs it; it needs torch. PPO, DQN and A2C each learn CartPole twice from the same seed, after
Stable-Baselines3's `check_env` has passed.
"""

import argparse
import sys
import time
from typing import Any

import gymnasium
import gymnasium_http
import stable_baselines3
import torch
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.env_checker import check_env

ENV_ID = "CartPole-v1"
SEED = 7

ALGORITHMS: dict[str, dict[str, Any]] = {
    "PPO": {"n_steps": 256, "batch_size": 64},
    "DQN": {"learning_starts": 200, "target_update_interval": 200},
    "A2C": {},
}


def learned(name: str, env: gymnasium.Env[Any, Any], steps: int) -> BaseAlgorithm:
    """Train the algorithm for `steps` steps of the environment."""
    algorithm: type[BaseAlgorithm] = getattr(stable_baselines3, name)
    return algorithm("MlpPolicy", env, seed=SEED, device="cpu", **ALGORITHMS[name]).learn(steps)


def parameters(model: BaseAlgorithm) -> dict[str, torch.Tensor]:
    """Every parameter and the optimizer's state, flat."""
    flat: dict[str, torch.Tensor] = {}
    for part, states in model.get_parameters().items():
        _flatten(part, states, flat)
    return flat


def _flatten(path: str, value: Any, flat: dict[str, torch.Tensor]) -> None:
    if isinstance(value, torch.Tensor):
        flat[path] = value
    elif isinstance(value, dict):
        for key, item in value.items():
            _flatten(f"{path}.{key}", item, flat)


def main() -> int:
    """Compare, and return the number of algorithms whose parameters differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True, help="the server")
    parser.add_argument("--steps", type=int, default=2048)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    different = 0
    with gymnasium_http.make(ENV_ID, url=arguments.url) as env:
        check_env(env)
        print("stable_baselines3's check_env passes")
    for name in ALGORITHMS:
        local = learned(name, gymnasium.make(ENV_ID), arguments.steps)
        began = time.perf_counter()
        with gymnasium_http.make(ENV_ID, url=arguments.url) as env:
            remote = learned(name, env, arguments.steps)
        seconds = time.perf_counter() - began
        first, second = parameters(local), parameters(remote)
        same = first.keys() == second.keys() and all(torch.equal(first[key], second[key]) for key in first)
        different += not same
        count = sum(tensor.numel() for tensor in first.values())
        print(
            f"{name}: {count} numbers after {local.num_timesteps} steps are {'the same' if same else 'DIFFERENT'} "
            f"({seconds:.1f} s on the server)"
        )
    return different


if __name__ == "__main__":
    sys.exit(main())
