"""A vector on the server cannot be told from Gymnasium's own, and takes one request a step."""

from collections.abc import Iterator
from typing import Any

import gymnasium
import gymnasium_http
import numpy as np
import pytest
from gymnasium.envs.registration import VectorizeMode
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from gymnasium_http import Connection
from gymnasium_http.transport.websocket import WebSocket
from sameness import same


@pytest.fixture(params=["CartPole-v1", "Taxi-v4", "Blackjack-v1"])
def env_id(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[mode for mode in AutoresetMode if mode is not AutoresetMode.DISABLED])
def mode(request: pytest.FixtureRequest) -> AutoresetMode:
    found: AutoresetMode = request.param
    return found


def local_vector(env_id: str, mode: AutoresetMode = AutoresetMode.NEXT_STEP, **kwargs: Any) -> SyncVectorEnv:
    def make() -> gymnasium.Env[Any, Any]:
        return gymnasium.make(env_id, disable_env_checker=True, max_episode_steps=9, **kwargs)

    return SyncVectorEnv([make] * 3, autoreset_mode=mode)


@pytest.fixture
def pair(
    env_id: str, mode: AutoresetMode, connection: Connection
) -> Iterator[tuple[gymnasium_http.HTTPVectorEnv, SyncVectorEnv]]:
    with gymnasium_http.make_vec(env_id, 3, connection=connection, autoreset=mode, max_episode_steps=9) as remote:
        yield remote, local_vector(env_id, mode)


def test_batches_infos_and_autoresets_are_the_same(
    pair: tuple[gymnasium_http.HTTPVectorEnv, SyncVectorEnv],
) -> None:
    remote, local = pair
    for name in ("action_space", "observation_space", "single_action_space", "single_observation_space"):
        assert getattr(remote, name) == getattr(local, name)
    assert same(remote.metadata, local.metadata)
    assert remote.autoreset_mode is local.autoreset_mode
    assert (remote.num_envs, remote.render_mode, remote.closed) == (3, None, False)
    assert same(remote.reset(seed=7), local.reset(seed=7))
    local.action_space.seed(3)
    for _ in range(30):
        actions = local.action_space.sample()
        assert same(remote.step(actions), local.step(actions))


def test_each_environment_may_have_a_seed_and_be_reset_alone(connection: Connection) -> None:
    local = local_vector("CartPole-v1", AutoresetMode.DISABLED)
    with gymnasium_http.make_vec("CartPole-v1", 3, connection=connection, autoreset="Disabled") as remote:
        assert same(remote.reset(seed=[5, 8, 5]), local.reset(seed=[5, 8, 5]))
        actions = np.array([1, 0, 1])
        assert same(remote.step(actions), local.step(actions))
        mask = np.array([True, False, True])
        options = [{"reset_mask": mask.copy()} for _ in range(2)]
        assert same(remote.reset(options=options[0]), local.reset(options=options[1]))


def test_a_step_of_all_is_one_request(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = Connection(url, sessions=False)
    with gymnasium_http.make_vec("CartPole-v1", 5, connection=connection) as env:
        env.reset(seed=1)
        paths: list[str] = []
        send = connection.ask

        def counted(method: str, path: str, *args: Any, **kwargs: Any) -> Any:
            paths.append(path)
            return send(method, path, *args, **kwargs)

        monkeypatch.setattr(connection, "ask", counted)
        env.step(np.ones(5, int))
        assert [path.rsplit("/", 2)[1] for path in paths] == ["step"]


def test_a_step_of_all_is_one_message_of_a_session(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with gymnasium_http.make_vec("CartPole-v1", 5, connection=connection) as env:
        env.reset(seed=1)
        asked, ask = [], WebSocket.ask

        def counted(self: WebSocket, message: bytes, timeout: float) -> bytes:
            asked.append(message)
            return ask(self, message, timeout)

        monkeypatch.setattr(WebSocket, "ask", counted)
        monkeypatch.setattr(connection, "ask", None)
        env.step(np.ones(5, int))
        assert len(asked) == 1
        monkeypatch.undo()


def test_pictures_are_a_tuple_of_all(connection: Connection) -> None:
    local = local_vector("FrozenLake-v1", render_mode="ansi")
    with gymnasium_http.make_vec("FrozenLake-v1", 3, connection=connection, render_mode="ansi") as remote:
        remote.reset(seed=1)
        local.reset(seed=1)
        assert same(remote.render(), local.render())


def test_attributes_that_the_interface_tells_are_those_of_every_environment(connection: Connection) -> None:
    local = local_vector("FrozenLake-v1", render_mode="ansi")
    with gymnasium_http.make_vec("FrozenLake-v1", 3, connection=connection, render_mode="ansi") as remote:
        remote.reset(seed=1)
        local.reset(seed=1)
        for name in ("render_mode", "metadata", "render"):
            assert same(remote.get_attr(name), local.get_attr(name)), name
            assert same(remote.call(name), local.call(name)), name
        for name in ("action_space", "observation_space"):
            assert remote.get_attr(name) == local.get_attr(name)
        assert [spec.id for spec in remote.get_attr("spec")] == ["FrozenLake-v1"] * 3
    with gymnasium_http.make_vec("FrozenLake-v1", 2, connection=connection) as remote:
        remote.reset()
        assert remote.call("render") == (None, None)


def test_attributes_that_stay_on_the_server_are_an_attribute_error_that_says_so(connection: Connection) -> None:
    with gymnasium_http.make_vec("CartPole-v1", 2, connection=connection) as env:
        for ask in (lambda: env.get_attr("gravity"), lambda: env.call("render", 1), lambda: env.set_attr("x", 1)):
            with pytest.raises(AttributeError, match="on the server") as raised:
                ask()
            assert isinstance(raised.value, gymnasium_http.NotServed)


def test_it_is_the_synchronous_vector_in_every_mode_but_that_of_a_vector_entry_point(
    connection: Connection,
) -> None:
    for mode in (None, "sync", "async", VectorizeMode.SYNC):
        with gymnasium_http.make_vec("CartPole-v1", 2, mode, connection=connection) as remote:
            local = gymnasium.make_vec("CartPole-v1", 2, "sync")
            assert same(remote.reset(seed=1), local.reset(seed=1))
    with pytest.raises(ValueError, match='pass vectorization_mode="sync"'):
        gymnasium_http.make_vec("CartPole-v1", vectorization_mode="vector_entry_point", connection=connection)
    with pytest.raises(ValueError, match="threads"):
        gymnasium_http.make_vec("CartPole-v1", vectorization_mode="threads", connection=connection)


def test_vector_wrappers_apply(connection: Connection) -> None:
    local: Any = gymnasium.wrappers.vector.RecordEpisodeStatistics(local_vector("CartPole-v1"))
    remote: Any = gymnasium.wrappers.vector.RecordEpisodeStatistics(
        gymnasium_http.make_vec("CartPole-v1", 3, connection=connection, max_episode_steps=9)
    )
    assert same(remote.reset(seed=1), local.reset(seed=1))
    for _ in range(12):
        results = [env.step(np.ones(3, int)) for env in (remote, local)]
        for result in results:
            result[4].get("episode", {}).pop("t", None)  # seconds
        assert same(*results)
    remote.close()


def test_one_that_is_dropped_lives_on(connection: Connection) -> None:
    env = gymnasium_http.make_vec("CartPole-v1", 2, connection=connection)
    env.reset(seed=1)
    instance_id = env.instance_id
    del env
    again = gymnasium_http.attach(instance_id, connection=connection)
    assert isinstance(again, gymnasium_http.HTTPVectorEnv)
    assert again.record()["num_envs"] == 2
    again.close()
    again.close()
    assert again.closed
