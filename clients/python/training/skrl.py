"""skrl: PPO with its sequential trainer, on a vector of environments."""

import tempfile
from typing import Any

import torch
from skrl.agents.torch.ppo import PPO, PPO_CFG
from skrl.envs.wrappers.torch import wrap_env
from skrl.memories.torch import RandomMemory
from skrl.models.torch import CategoricalMixin, DeterministicMixin, Model
from skrl.trainers.torch import SequentialTrainer
from skrl.utils import set_seed
from torch import nn

from training.comparison import Numbers, Trainer
from training.flattened import flattened, seeded
from training.places import Place

_SEED = 7
_ENVS, _STEPS, _ROLLOUT = 4, 256, 64


def _network(outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(4, 64), nn.Tanh(), nn.Linear(64, outputs))


class _Policy(CategoricalMixin, Model):  # type: ignore[misc]  # skrl is not installed here
    def __init__(self, **spaces: Any) -> None:
        Model.__init__(self, **spaces)
        CategoricalMixin.__init__(self)
        self.network = _network(2)

    def compute(self, inputs: dict[str, Any], role: str = "") -> tuple[torch.Tensor, dict[str, Any]]:
        """The actions' logits."""
        return self.network(inputs["observations"]), {}


class _Value(DeterministicMixin, Model):  # type: ignore[misc]  # as before
    def __init__(self, **spaces: Any) -> None:
        Model.__init__(self, **spaces)
        DeterministicMixin.__init__(self)
        self.network = _network(1)

    def compute(self, inputs: dict[str, Any], role: str = "") -> tuple[torch.Tensor, dict[str, Any]]:
        """The observations' values."""
        return self.network(inputs["observations"]), {}


def _ppo(place: Place) -> Numbers:
    seeded(_SEED)
    set_seed(_SEED)
    env = wrap_env(place.make_vec(_ENVS), verbose=False)
    spaces = {"observation_space": env.observation_space, "action_space": env.action_space, "device": "cpu"}
    models: dict[str, Any] = {"policy": _Policy(**spaces), "value": _Value(**spaces)}
    with tempfile.TemporaryDirectory() as folder:
        kept = {"directory": folder, "write_interval": 0, "checkpoint_interval": 0}
        agent = PPO(
            models=models,
            memory=RandomMemory(memory_size=_ROLLOUT, num_envs=_ENVS, device="cpu"),
            cfg=PPO_CFG(rollouts=_ROLLOUT, learning_epochs=4, mini_batches=4, experiment=kept),
            **spaces,
        )
        told = {"timesteps": _STEPS, "headless": True, "disable_progressbar": True}
        SequentialTrainer(env=env, agents=agent, cfg={**told, "close_environment_at_exit": False}).train()
    learnt = {name: model.state_dict() for name, model in models.items()}
    return flattened({**learnt, "optimizer": agent.optimizer.state_dict()})


TRAINERS: dict[str, Trainer] = {"PPO": _ppo}
