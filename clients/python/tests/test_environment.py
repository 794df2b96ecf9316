"""An environment on the server cannot be told from the same one in process."""

from collections.abc import Iterator
from typing import Any

import gymnasium
import gymnasium_http
import numpy as np
import pytest
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
    for seed in (5, 2**70, 6):
        assert same(remote.reset(seed=seed), local.reset(seed=seed))
        assert remote.np_random_seed == local.np_random_seed == seed
    assert same(remote.reset(), local.reset())
    assert remote.np_random_seed == 6
    fresh = gymnasium_http.make("CartPole-v1", connection=connection).unwrapped
    assert 0 <= fresh.np_random.random() < 1
    fresh.np_random = np.random.default_rng(1)
    assert (fresh.np_random.random(), fresh.np_random_seed) == (np.random.default_rng(1).random(), -1)


def test_an_action_outside_the_bounds_is_the_environments_affair(connection: Connection) -> None:
    local = gymnasium.make("Pendulum-v1").unwrapped
    remote = gymnasium_http.make("Pendulum-v1", connection=connection)
    assert same(remote.reset(seed=2**70), local.reset(seed=2**70))
    for torque in (5.0, -1e30, np.inf):
        action = np.array([torque], np.float32)
        assert same(remote.step(action), local.step(action))


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
