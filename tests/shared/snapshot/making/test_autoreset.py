"""SameStep autoreset for one environment is what Gymnasium's vector does for each of its own."""

from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from shared.snapshot.making.autoreset import SameStepAutoreset


def cart() -> gymnasium.Env[Any, Any]:
    return gymnasium.make("CartPole-v1", max_episode_steps=15)


def test_every_step_equals_that_of_a_vector_of_one() -> None:
    env, vector = SameStepAutoreset(cart()), SyncVectorEnv([cart], autoreset_mode=AutoresetMode.SAME_STEP)
    expected, _ = vector.reset(seed=3)
    assert np.array_equal(env.reset(seed=3)[0], expected[0])
    ended = 0
    for number in range(60):
        observation, reward, terminated, truncated, info = env.step(number % 2)
        observations, rewards, terminations, truncations, infos = vector.step(np.array([number % 2]))
        assert np.array_equal(observation, observations[0])
        assert (reward, terminated, truncated) == (rewards[0], terminations[0], truncations[0])
        assert ("final_obs" in info) is ("final_obs" in infos) is (terminated or truncated)
        if terminated or truncated:
            ended += 1
            assert np.array_equal(info["final_obs"], infos["final_obs"][0])
            assert info["final_info"] == {}
    assert ended > 2
    env.close()
    vector.close()


class _Pair(gymnasium.Wrapper[Any, Any, Any, Any]):
    """Flags for each of two agents, of which the second ends in the second step."""

    steps = 0

    def step(self, action: Any) -> Any:
        self.steps += 1
        observation, reward, *_, info = super().step(action)
        return observation, reward, [True, self.steps == 2], [False, False], info


def test_an_episode_of_several_agents_is_reset_when_the_last_of_them_has_ended() -> None:
    env = SameStepAutoreset(_Pair(cart()))
    env.reset(seed=3)
    assert ["final_obs" in env.step(1)[4] for _ in range(3)] == [False, True, False]
    env.close()
