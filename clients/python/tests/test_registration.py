"""`gymnasium.make` makes environments on a server by the registered id."""

import gymnasium
import gymnasium_http
from gymnasium_http import HTTPEnv
from sameness import same


def test_the_registered_id_makes_an_environment_of_any_other(url: str) -> None:
    env = gymnasium.make("http/Env-v0", env_id="ALE/Pong-v5", url=url, obs_type="ram")
    local = gymnasium.make("ALE/Pong-v5", obs_type="ram")
    assert isinstance(env.unwrapped, HTTPEnv)
    assert same(env.reset(seed=1), local.reset(seed=1))
    assert same(env.step(2), local.step(2))
    env.close()
    vector = gymnasium.make_vec("http/Env-v0", num_envs=2, env_id="CartPole-v1", url=url)
    assert isinstance(vector, gymnasium_http.HTTPVectorEnv)
    assert vector.reset(seed=1)[0].shape == (2, 4)
    vector.close()
