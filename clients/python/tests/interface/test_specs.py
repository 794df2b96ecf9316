"""A spec is that of the environment in process, and makes it on the server."""

import json
import pickle
from typing import Any

import gymnasium
import gymnasium_http
from gymnasium.envs.registration import EnvSpec
from gymnasium_http import Connection, HTTPEnv
from sameness import same


def test_the_spec_is_that_of_the_environment_in_process_but_makes_it_on_the_server(connection: Connection) -> None:
    options: dict[str, Any] = {"render_mode": "rgb_array_list", "max_episode_steps": 7, "is_slippery": False}
    remote = gymnasium_http.make("FrozenLake-v1", connection=connection, **options)
    local = gymnasium.make("FrozenLake-v1", **options)
    assert remote.spec is not None
    assert local.spec is not None
    for field in vars(local.spec).keys() - {"entry_point", "vector_entry_point"}:
        assert getattr(remote.spec, field) == getattr(local.spec, field), field
    again = gymnasium.make(remote.spec)
    assert isinstance(again.unwrapped, HTTPEnv)
    assert again.unwrapped.instance_id != remote.unwrapped.instance_id  # type: ignore[attr-defined]
    assert same(again.reset(seed=3), local.reset(seed=3))
    ends = [(again.step(0)[3], local.step(0)[3]) for _ in range(7)]
    assert ends == [(False, False)] * 6 + [(True, True)]
    assert same(again.render(), local.render())


def test_the_json_of_the_spec_is_that_of_the_environment_in_process(connection: Connection) -> None:
    options: dict[str, Any] = {"render_mode": "rgb_array", "max_episode_steps": 7, "is_slippery": False}
    remote = gymnasium_http.make("FrozenLake-v1", connection=connection, **options)
    local = gymnasium.make("FrozenLake-v1", **options)
    again = gymnasium.make(remote.spec)  # type: ignore[arg-type]
    for env in (remote, again, pickle.loads(pickle.dumps(remote))):
        assert json.loads(env.spec.to_json()) == json.loads(local.spec.to_json())  # type: ignore[union-attr]
    vector = gymnasium_http.make_vec("CartPole-v1", 2, connection=connection)
    assert vector.spec is not None
    assert '"vector_entry_point": "gymnasium.envs' in vector.spec.to_json()
    for env in (remote, again, vector):
        env.close()


def test_the_spec_of_the_registered_id_has_the_environments_limits(connection: Connection) -> None:
    env = gymnasium.make("http/Env-v0", env_id="CartPole-v1", connection=connection, sutton_barto_reward=True)
    vector = gymnasium.make_vec("http/Env-v0", num_envs=2, env_id="CartPole-v1", connection=connection)
    for made in (env, vector):
        assert made.spec is not None
        assert (made.spec.id, made.spec.max_episode_steps, made.spec.reward_threshold) == ("http/Env-v0", 500, 475)
    again = gymnasium.make(env.spec)  # type: ignore[arg-type]
    rewards = [again.reset(seed=1), *(again.step(1) for _ in range(3))]
    assert same(rewards, [env.reset(seed=1), *(env.step(1) for _ in range(3))])
    again_vector = gymnasium.make_vec(vector.spec)  # type: ignore[arg-type]
    assert again_vector.num_envs == 2
    shorter = gymnasium.make("http/Env-v0", env_id="CartPole-v1", connection=connection, max_episode_steps=3)
    assert shorter.spec is not None
    assert shorter.spec.max_episode_steps == 3
    for made in (env, vector, again, again_vector, shorter):
        made.close()


def test_the_spec_of_the_registered_id_is_json_with_the_address_and_without_the_key(url: str) -> None:
    env = gymnasium.make("http/Env-v0", env_id="CartPole-v1", url=url, api_key="secret", timeout=9)
    assert env.spec is not None
    assert "secret" not in repr(env.spec)
    text = env.spec.to_json()
    assert url in text
    assert "secret" not in text
    again = gymnasium.make(EnvSpec.from_json(text))
    assert same(again.reset(seed=1), env.reset(seed=1))
    for made in (env, again):
        made.close()
