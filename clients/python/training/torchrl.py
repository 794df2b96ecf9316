"""TorchRL: PPO over a collector, whose environment is a `GymWrapper` around one, and around a vector of four."""

from functools import partial
from typing import Any

import torch
from gymnasium.vector import AutoresetMode
from tensordict.nn import TensorDictModule
from torch import nn
from torch.distributions import Categorical
from torchrl.collectors import Collector
from torchrl.envs import GymWrapper, StepCounter, TransformedEnv
from torchrl.modules import ProbabilisticActor, ValueOperator
from torchrl.objectives import ClipPPOLoss
from torchrl.objectives.value import GAE

from training.comparison import Numbers, Trainer
from training.flattened import flattened, seeded
from training.places import Place

_SEED = 7
_FRAMES, _BATCH = 1024, 256
_EPOCHS, _MINIBATCH = 4, 64


def _network(outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(4, 64), nn.Tanh(), nn.Linear(64, outputs))


def _ppo(number: int | None, place: Place) -> Numbers:
    seeded(_SEED)
    made: Any = place.make() if number is None else place.make_vec(number, AutoresetMode.DISABLED)
    env = TransformedEnv(GymWrapper(made, categorical_action_encoding=True), StepCounter())
    env.set_seed(_SEED)
    actor = ProbabilisticActor(
        TensorDictModule(_network(2), in_keys=["observation"], out_keys=["logits"]),
        in_keys=["logits"],
        distribution_class=Categorical,
        return_log_prob=True,
    )
    critic = ValueOperator(_network(1), in_keys=["observation"])
    loss_of = ClipPPOLoss(actor, critic, entropy_coeff=0.01)
    estimate = GAE(gamma=0.99, lmbda=0.95, value_network=critic)
    optimizer = torch.optim.Adam(loss_of.parameters(), lr=3e-4)
    collected, losses = [], []
    for batch in Collector(
        env, actor, frames_per_batch=_BATCH, total_frames=_FRAMES, auto_register_policy_transforms=True
    ):
        collected.append(batch.select("observation", "action", ("next", "reward"), ("next", "done")).to_dict())
        for _ in range(_EPOCHS):
            estimate(batch)
            steps = batch.reshape(-1)
            for chosen in torch.randperm(len(steps)).split(_MINIBATCH):
                found = loss_of(steps[chosen])
                loss = found["loss_objective"] + found["loss_critic"] + found["loss_entropy"]
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(loss.detach())
    return flattened(
        {
            "parameters": loss_of.state_dict(),
            "optimizer": optimizer.state_dict(),
            "losses": losses,
            "collected": collected,
        }
    )


TRAINERS: dict[str, Trainer] = {"PPO": partial(_ppo, None), "PPO on a vector": partial(_ppo, 4)}
