"""An episode of Acrobot, awaited and in process."""

from collections.abc import Sequence
from typing import Any

import gymnasium
from gymnasium_http import AsyncEnv

ACTIONS = [number // 3 % 2 for number in range(30)]


async def episode(env: AsyncEnv, actions: Sequence[int] = ACTIONS, seed: int = 7) -> list[Any]:
    """What an episode returns, call by call."""
    return [await env.reset(seed=seed), *[await env.step(action) for action in actions]]


def in_process(actions: Sequence[int] = ACTIONS, seed: int = 7) -> list[Any]:
    """What the same episode returns of Gymnasium itself."""
    env = gymnasium.make("Acrobot-v1")
    return [env.reset(seed=seed), *(env.step(action) for action in actions)]
