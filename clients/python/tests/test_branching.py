"""Forks, checkpoints, copies and other processes continue an episode exactly."""

import copy
import pickle
from typing import Any

import gymnasium
import gymnasium_http
import pytest
from gymnasium_http import CheckpointNotFound, Connection, HTTPEnv, InstanceNotFound
from sameness import same


@pytest.fixture
def env(connection: Connection) -> HTTPEnv:
    made = gymnasium_http.make("CartPole-v1", connection=connection, seed=5)
    assert isinstance(made, HTTPEnv)
    made.reset(seed=5)
    made.step(1)
    return made


def played(env: gymnasium.Env[Any, Any], steps: int = 5) -> list[Any]:
    return [env.step(env.action_space.sample()) for _ in range(steps)] + [env.reset()]


def test_forks_continue_as_the_environment_does(env: HTTPEnv) -> None:
    first, second = env.fork(2)
    assert len({env.instance_id, first.instance_id, second.instance_id}) == 3
    results = [played(each) for each in (env, first, second)]
    assert same(results[0], results[1])
    assert same(results[0], results[2])


def test_reseeded_forks_differ_reproducibly(env: HTTPEnv) -> None:
    first, second = env.fork(2, reseed=3)
    again, _ = env.fork(2, reseed=3)
    results = [played(each) for each in (first, second, again)]
    assert not same(results[0], results[1])
    assert same(results[0], results[2])


def test_a_deep_copy_is_a_fork_and_a_pickle_is_the_same_environment(env: HTTPEnv) -> None:
    twin = copy.deepcopy(env)
    assert twin.instance_id != env.instance_id
    assert same(played(twin), played(env))
    elsewhere: HTTPEnv = pickle.loads(pickle.dumps(env))
    assert elsewhere.instance_id == env.instance_id
    steps = env.record()["steps"]
    elsewhere.step(0)
    assert env.record()["steps"] == steps + 1


def test_a_checkpoint_is_gone_back_to_as_often_as_wanted(env: HTTPEnv) -> None:
    checkpoint = env.checkpoint("here")
    assert [(each["checkpoint_id"], each["name"]) for each in env.checkpoints()] == [(checkpoint, "here")]
    first = [env.step(action) for action in (0, 1, 1)]
    for _ in range(2):
        env.restore(checkpoint)
        assert same([env.step(action) for action in (0, 1, 1)], first)
    env.delete_checkpoint(checkpoint)
    with pytest.raises(CheckpointNotFound, match=r"checkpoints\(\) lists"):
        env.restore(checkpoint)


def test_what_is_detached_is_continued_by_its_id(env: HTTPEnv, connection: Connection) -> None:
    [twin] = env.fork()
    instance_id = env.detach()
    with pytest.raises(gymnasium.error.ClosedEnvironmentError, match="attach"):
        env.step(1)
    again = gymnasium_http.attach(instance_id, connection=connection)
    assert same(again.step(0), twin.step(0))


def test_closing_deletes_it_and_a_second_time_does_nothing(env: HTTPEnv, connection: Connection) -> None:
    with env as entered:
        assert entered is env
    env.close()
    with pytest.raises(InstanceNotFound, match="make a new one"):
        gymnasium_http.attach(env.instance_id, connection=connection)


def test_the_last_to_be_closed_closes_the_sockets(url: str) -> None:
    connection = Connection(url)
    first, second = (gymnasium_http.make("CartPole-v1", connection=connection) for _ in range(2))
    first.close()
    assert connection.is_open
    second.close()
    assert not connection.is_open
    third = gymnasium_http.make("CartPole-v1", connection=connection)
    third.close()
