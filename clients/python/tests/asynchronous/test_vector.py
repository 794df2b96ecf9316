"""A vector that is awaited is that in process."""

import asyncio

import gymnasium
import gymnasium_http
from gymnasium_http import AsyncVectorEnv
from sameness import same


def test_a_vector_is_that_in_process(url: str) -> None:
    local = gymnasium.make_vec("CartPole-v1", 3, vectorization_mode="sync")
    actions = [[1, 0, 1]] * 30
    expected = [local.reset(seed=3), *(local.step(each) for each in actions)]

    async def play() -> None:
        async with await gymnasium_http.make_vec_async("CartPole-v1", 3, url=url) as envs:
            assert isinstance(envs, AsyncVectorEnv)
            assert same([await envs.reset(seed=3), *[await envs.step(each) for each in actions]], expected)
            assert (envs.num_envs, envs.autoreset_mode) == (3, local.metadata["autoreset_mode"])
            assert envs.single_action_space == local.single_action_space

    asyncio.run(play())
