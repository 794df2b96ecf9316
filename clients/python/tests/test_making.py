"""The arguments of `make` reach the server, and a window opens here."""

import gymnasium
import gymnasium_http
import pytest
from gymnasium.vector import AutoresetMode
from gymnasium_http import Connection
from sameness import same


def test_a_seed_at_creation_seeds_the_spaces_and_the_first_reset(connection: Connection) -> None:
    local = gymnasium.make("CartPole-v1")
    local.action_space.seed(9)
    remote = gymnasium_http.make("CartPole-v1", connection=connection, seed=9)
    assert same(remote.reset(), local.reset(seed=9))
    assert [remote.action_space.sample() for _ in range(9)] == [local.action_space.sample() for _ in range(9)]


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


def test_a_vectors_autoreset_may_be_given_as_gymnasium_has_it(connection: Connection) -> None:
    """TorchRL takes only vectors whose mode is Disabled, or SameStep."""
    told = {"autoreset_mode": AutoresetMode.DISABLED}
    with gymnasium_http.make_vec("CartPole-v1", 2, connection=connection, vector_kwargs=told) as envs:
        assert envs.autoreset_mode is AutoresetMode.DISABLED
        local = gymnasium.make_vec("CartPole-v1", 2, vectorization_mode="sync", vector_kwargs=told)
        assert same(envs.reset(seed=1), local.reset(seed=1))


def test_how_a_vector_runs_in_process_is_not_asked_of_the_server(connection: Connection) -> None:
    with pytest.raises(ValueError, match=r"vector_kwargs has copy, .* leave out all but autoreset_mode"):
        gymnasium_http.make_vec("CartPole-v1", 2, connection=connection, vector_kwargs={"copy": False})
