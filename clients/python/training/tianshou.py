"""Tianshou: DQN with collectors over a vector that steps environments one by one."""

import numpy as np
import torch
from tianshou.algorithm import DQN
from tianshou.algorithm.modelfree.dqn import DiscreteQLearningPolicy
from tianshou.algorithm.optim import AdamOptimizerFactory
from tianshou.data import Collector, VectorReplayBuffer
from tianshou.env import DummyVectorEnv
from tianshou.trainer import OffPolicyTrainerParams
from tianshou.utils.net.common import Net

from training.comparison import Numbers, Trainer
from training.flattened import flattened, seeded
from training.places import Place

_SEED = 7
_ENVS, _STEPS = 3, 900


def _dqn(place: Place) -> Numbers:
    seeded(_SEED)
    np.random.seed(_SEED)  # from which Tianshou's buffers draw
    envs = DummyVectorEnv([place.make for _ in range(_ENVS)])
    envs.seed(_SEED)
    space = envs.action_space[0]
    space.seed(_SEED)
    policy = DiscreteQLearningPolicy(
        model=Net(state_shape=(4,), action_shape=2, hidden_sizes=[64]), action_space=space, eps_training=0.2
    )
    algorithm = DQN(policy=policy, optim=AdamOptimizerFactory(lr=1e-3), target_update_freq=50)
    collector = Collector[object](algorithm, envs, VectorReplayBuffer(2_000, _ENVS), exploration_noise=True)
    collector.reset()
    algorithm.run_training(
        OffPolicyTrainerParams(
            max_epochs=1,
            epoch_num_steps=_STEPS,
            collection_step_num_env_steps=30,
            update_step_num_gradient_steps_per_sample=0.2,
            training_collector=collector,
            show_progress=False,
            verbose=False,
        )
    )
    buffer = collector.buffer
    collected = [torch.as_tensor(each) for each in (buffer.obs, buffer.act, buffer.rew, buffer.done)]
    return flattened({"parameters": algorithm.state_dict(), "collected": collected})


TRAINERS: dict[str, Trainer] = {"DQN": _dqn}
