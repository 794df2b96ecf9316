"""PPO as CleanRL has it: one file, a vector of environments, a loop of rollouts and updates.

CleanRL is no library, so this follows the structure of its `ppo.py` in words of its own.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import nn
from torch.distributions import Categorical

from training.comparison import Numbers, Trainer
from training.flattened import flattened, seeded
from training.places import Place

_SEED = 7
_ENVS, _STEPS, _UPDATES = 4, 128, 4
_EPOCHS, _MINIBATCH = 4, 128
_RATE, _GAMMA, _LAMBDA = 2.5e-4, 0.99, 0.95
_CLIP, _ENTROPY, _VALUE, _LARGEST_GRADIENT = 0.2, 0.01, 0.5, 0.5


class _Agent(nn.Module):  # type: ignore[misc]  # torch is not installed here
    """A policy and a value, each by a network of two hidden layers."""

    def __init__(self, observations: int, actions: int) -> None:
        super().__init__()
        self.actor = _network(observations, actions, 0.01)
        self.critic = _network(observations, 1, 1.0)

    def judged(
        self, observation: torch.Tensor, action: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """An action, drawn unless it is given, its logarithmic probability, the entropy, and the value."""
        policy = Categorical(logits=self.actor(observation))
        action = policy.sample() if action is None else action
        return action, policy.log_prob(action), policy.entropy(), self.critic(observation).squeeze(-1)


def _network(inputs: int, outputs: int, gain: float) -> nn.Sequential:
    sizes, gains = (inputs, 64, 64, outputs), (2**0.5, 2**0.5, gain)
    layers: list[nn.Module] = []
    for number, each in enumerate(gains):
        layer = nn.Linear(sizes[number], sizes[number + 1])
        nn.init.orthogonal_(layer.weight, each)
        nn.init.zeros_(layer.bias)
        layers += [layer, nn.Tanh()]
    return nn.Sequential(*layers[:-1])


class _Batch(NamedTuple):
    """One rollout, with the steps of all environments one after another."""

    observation: torch.Tensor
    action: torch.Tensor
    probability: torch.Tensor
    advantage: torch.Tensor
    aim: torch.Tensor


def _batches(place: Place, agent: _Agent) -> Iterator[_Batch]:
    """Rollouts of the agent as it is by then."""
    envs = place.make_vec(_ENVS)
    observation, _ = envs.reset(seed=_SEED)
    seen, ended = torch.as_tensor(observation), torch.zeros(_ENVS)
    for _ in range(_UPDATES):
        steps: list[tuple[torch.Tensor, ...]] = []
        for _ in range(_STEPS):
            with torch.no_grad():
                action, probability, _, value = agent.judged(seen)
            observation, reward, terminations, truncations, _ = envs.step(action.numpy())
            steps.append((seen, action, probability, value, torch.as_tensor(reward, dtype=torch.float32), ended))
            seen = torch.as_tensor(observation)
            ended = torch.as_tensor(np.logical_or(terminations, truncations), dtype=torch.float32)
        columns = [torch.stack(column) for column in zip(*steps, strict=True)]
        with torch.no_grad():
            advantage = _advantages(columns, agent.critic(seen).squeeze(-1), ended)
        first, second, third, value = columns[:4]
        yield _Batch(*(each.flatten(0, 1) for each in (first, second, third, advantage, advantage + value)))


def _advantages(columns: list[torch.Tensor], value: torch.Tensor, ended: torch.Tensor) -> torch.Tensor:
    """Generalized advantage estimation, from the last step to the first."""
    *_, values, rewards, endings = columns
    found, after = torch.zeros_like(rewards), torch.zeros(_ENVS)
    for step in reversed(range(_STEPS)):
        delta = rewards[step] + _GAMMA * value * (1 - ended) - values[step]
        after = found[step] = delta + _GAMMA * _LAMBDA * (1 - ended) * after
        value, ended = values[step], endings[step]
    return found


def _loss(agent: _Agent, batch: _Batch) -> torch.Tensor:
    _, probability, entropy, value = agent.judged(batch.observation, batch.action)
    ratio = (probability - batch.probability).exp()
    advantage = (batch.advantage - batch.advantage.mean()) / (batch.advantage.std() + 1e-8)
    clipped = ratio.clamp(1 - _CLIP, 1 + _CLIP)
    policy = -torch.min(advantage * ratio, advantage * clipped).mean()
    return policy - _ENTROPY * entropy.mean() + _VALUE * 0.5 * ((value - batch.aim) ** 2).mean()


def _ppo(place: Place) -> Numbers:
    seeded(_SEED)
    agent = _Agent(observations=4, actions=2)
    optimizer = torch.optim.Adam(agent.parameters(), lr=_RATE, eps=1e-5)
    losses = []
    for batch in _batches(place, agent):
        for _ in range(_EPOCHS):
            for chosen in torch.randperm(_ENVS * _STEPS).split(_MINIBATCH):
                loss = _loss(agent, _Batch(*(column[chosen] for column in batch)))
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(agent.parameters(), _LARGEST_GRADIENT)
                optimizer.step()
                losses.append(loss.detach())
    kept = {"agent": agent.state_dict(), "optimizer": optimizer.state_dict(), "losses": torch.stack(losses)}
    return flattened(kept)


TRAINERS: dict[str, Trainer] = {"PPO": _ppo}
