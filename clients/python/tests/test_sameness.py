"""An environment on the server cannot be told from the same one in process."""

import json
import pickle
from collections.abc import Iterator
from typing import Any

import gymnasium
import gymnasium_http
import numpy as np
import pytest
from gymnasium.envs.registration import EnvSpec
from gymnasium_http import Connection, HTTPEnv
from sameness import same

# One of every combination of spaces that Gymnasium's families have, with some more of their infos.
COMBINATIONS: dict[str, dict[str, Any]] = {
    "ALE/Pong-v5": {},
    "CartPole-v1": {},
    "MountainCar-v0": {},
    "LunarLander-v3": {},
    "Pendulum-v1": {},
    "Blackjack-v1": {},
    "FrozenLake-v1": {"is_slippery": True},
    "Taxi-v4": {},
    "CliffWalking-v1": {},
    "CarRacing-v3": {},
    "BipedalWalker-v3": {},
    "HalfCheetah-v5": {},
    "EverySpace-v0": {},
}


SLOW = ("CarRacing-v3",)


@pytest.fixture(
    params=[pytest.param(env_id, marks=[pytest.mark.slow] if env_id in SLOW else []) for env_id in COMBINATIONS]
)
def pair(request: pytest.FixtureRequest, connection: Connection) -> Iterator[tuple[HTTPEnv, Any]]:
    kwargs = COMBINATIONS[request.param]
    remote = gymnasium_http.make(request.param, connection=connection, **kwargs)
    local = gymnasium.make(request.param, disable_env_checker=True, **kwargs)
    assert isinstance(remote, HTTPEnv)
    yield remote, local
    remote.close()
    local.close()


def test_200_seeded_steps_are_the_same_in_values_types_dtypes_and_shapes(pair: tuple[HTTPEnv, Any]) -> None:
    remote, local = pair
    assert remote.action_space == local.action_space
    assert remote.observation_space == local.observation_space
    assert same(remote.metadata, local.metadata)
    assert same(remote.reset(seed=7), local.reset(seed=7))
    local.action_space.seed(3)
    remote.action_space.seed(3)
    for _ in range(200):
        action = local.action_space.sample()
        assert same(action, remote.action_space.sample())
        result = remote.step(action)
        assert same(result, local.step(action))
        if result[2] or result[3]:
            assert same(remote.reset(), local.reset())


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


@pytest.mark.parametrize("env_id", ["CartPole-v1", "FrozenLake-v1", "EverySpace-v0"])
def test_pictures_are_the_same_in_every_render_mode(env_id: str, connection: Connection) -> None:
    local: Any = gymnasium.make(env_id, disable_env_checker=True)
    modes = [mode for mode in local.metadata["render_modes"] if mode in ("rgb_array", "ansi")]
    assert modes
    for mode in [*modes, *(["rgb_array_list"] if "rgb_array" in modes else [])]:
        local = gymnasium.make(env_id, render_mode=mode, disable_env_checker=True)
        remote = gymnasium_http.make(env_id, connection=connection, render_mode=mode)
        for env in (local, remote):
            env.reset(seed=2)
            env.action_space.seed(2)
        action = local.action_space.sample()
        local.step(action)
        remote.step(action)
        assert (remote.render_mode, same(remote.render(), local.render())) == (mode, True)
        remote.close()
        local.close()


def test_without_a_render_mode_there_is_no_picture(connection: Connection) -> None:
    env = gymnasium_http.make("CartPole-v1", connection=connection)
    env.reset()
    assert (env.render_mode, env.render()) == (None, None)


def test_seeds_and_generators_are_as_in_process(connection: Connection) -> None:
    local = gymnasium.make("CartPole-v1").unwrapped
    remote = gymnasium_http.make("CartPole-v1", connection=connection).unwrapped
    assert remote.np_random_seed == -1
    for seed in (5, 6):
        assert same(remote.reset(seed=seed), local.reset(seed=seed))
        assert remote.np_random_seed == local.np_random_seed == seed
    assert same(remote.reset(), local.reset())
    assert remote.np_random_seed == 6
    fresh = gymnasium_http.make("CartPole-v1", connection=connection).unwrapped
    assert 0 <= fresh.np_random.random() < 1
    fresh.np_random = np.random.default_rng(1)
    assert (fresh.np_random.random(), fresh.np_random_seed) == (np.random.default_rng(1).random(), -1)


def test_a_seed_at_creation_seeds_the_spaces_and_the_first_reset(connection: Connection) -> None:
    local = gymnasium.make("CartPole-v1")
    local.action_space.seed(9)
    remote = gymnasium_http.make("CartPole-v1", connection=connection, seed=9)
    assert same(remote.reset(), local.reset(seed=9))
    assert [remote.action_space.sample() for _ in range(9)] == [local.action_space.sample() for _ in range(9)]


def test_an_attribute_of_the_environment_cannot_be_set_without_a_word(connection: Connection) -> None:
    env = gymnasium_http.make("CartPole-v1", connection=connection)
    with pytest.raises(AttributeError, match="'gravity' is on the server"):
        env.set_wrapper_attr("gravity", 5.0)
    wrapped = gymnasium.wrappers.TimeLimit(env, 9)
    assert wrapped.set_wrapper_attr("connection", connection)
    assert wrapped.set_wrapper_attr("of_the_wrapper", 1)
    assert not hasattr(env, "of_the_wrapper")


def test_options_reach_the_environment(connection: Connection) -> None:
    local = gymnasium.make("CartPole-v1")
    remote = gymnasium_http.make("CartPole-v1", connection=connection)
    options = {"low": np.float64(-0.5), "high": 0.5}
    assert same(remote.reset(seed=1, options=options), local.reset(seed=1, options=options))


def test_arguments_reach_gymnasium_make_and_the_constructor(connection: Connection) -> None:
    env = gymnasium_http.make(
        "CartPole-v1",
        connection=connection,
        max_episode_steps=3,
        wrappers=["TimeAwareObservation", {"name": "FrameStackObservation", "kwargs": {"stack_size": 2}}],
        autoreset="NextStep",
        env_kwargs={"sutton_barto_reward": True},
    )
    observation, _ = env.reset(seed=1)
    assert observation.shape == (2, 5)
    ends = [env.step(1)[3] for _ in range(5)]
    assert ends == [False, False, True, False, False]
    assert env.spec is not None
    assert (env.spec.max_episode_steps, env.spec.kwargs) == (3, {"sutton_barto_reward": True})


def test_human_shows_the_servers_frames_here(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    env = gymnasium_http.make("CartPole-v1", connection=connection, render_mode="human")
    assert isinstance(env, gymnasium.wrappers.HumanRendering)
    assert env.render_mode == "human"
    env.reset(seed=1)
    env.step(1)
    assert env.window is not None
    env.close()


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
