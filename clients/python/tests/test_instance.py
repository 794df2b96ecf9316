"""Calls are applied once whatever is lost, and forks, checkpoints and copies continue an episode exactly."""

import copy
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import gymnasium
import gymnasium_http
import httpx
import pytest
from faults import Faulty, Lossy, answer, cut, late
from gymnasium_http import (
    CheckpointNotFound,
    Connection,
    EnvironmentRaised,
    HTTPEnv,
    InstanceNotFound,
    InvalidAction,
    InvalidValue,
    ResetNeeded,
    ServerGone,
    errors,
)
from sameness import same

from tests.servers import uvicorn


@pytest.mark.parametrize(
    "loss",
    [
        cut,
        late,
        lambda request: answer(502),
        lambda request: answer(504),
        lambda request: answer(503, "outcome-unknown", **{"Retry-After": "0"}),
        lambda request: answer(409, "contended", **{"Retry-After": "0"}),
    ],
    ids=["cut", "late", "502", "504", "503", "409"],
)
def test_a_call_whose_replies_are_lost_is_applied_once(url: str, loss: Callable[..., httpx.Response]) -> None:
    lossy = Lossy(2, loss)
    connection = Connection(url, transport=lambda: Faulty(lossy))
    with gymnasium_http.make("CartPole-v1", connection=connection) as env:
        local = gymnasium.make("CartPole-v1")
        assert same(env.reset(seed=4), local.reset(seed=4))
        for action in (1, 0, 1):
            assert same(env.step(action), local.step(action))
        assert isinstance(env, HTTPEnv)
        assert env.record()["steps"] == 3
        assert len(env.fork(2)) == 2
        assert len(connection.call("GET", "/v1/envs/")) >= 3
    assert set(lossy.sent.values()) == {3}


def test_a_step_that_ended_without_an_answer_is_not_doubled_when_it_is_made_again(url: str) -> None:
    lossy = Lossy(1, cut)
    env = gymnasium_http.make("CartPole-v1", url=url)
    local = gymnasium.make("CartPole-v1")
    assert isinstance(env, HTTPEnv)
    env.reset(seed=4)
    local.reset(seed=4)
    env.connection = Connection(url, patience=0, transport=lambda: Faulty(lossy))
    with pytest.raises(ServerGone, match="make the same call again"):
        env.step(1)
    assert same(env.step(1), local.step(1))
    assert env.record()["steps"] == 1
    with pytest.raises(ServerGone):
        env.step(1)
    local.step(1)
    with pytest.raises(ServerGone):
        env.step(0)  # another call is another step
    assert same(env.step(0), local.step(0))
    assert env.record()["steps"] == 3


def test_the_episode_goes_on_when_the_server_is_back(tmp_path: Path) -> None:
    store = {"GYM_HTTP_STORE": f"sqlite:///{tmp_path}/snapshots.db"}
    local = gymnasium.make("CartPole-v1")
    local.reset(seed=4)
    with uvicorn(**store) as server:
        env = gymnasium_http.make("CartPole-v1", url=server.url, patience=0.2)
        assert isinstance(env, HTTPEnv)
        env.reset(seed=4)
        assert same(env.step(1), local.step(1))
        server.kill()
        with pytest.raises(ServerGone, match="The environment is in the server's store"):
            env.step(0)
    with uvicorn(**store) as server:
        env.connection = Connection(server.url)
        assert same(env.step(0), local.step(0))
        env.close()


def test_errors_of_use_are_named_and_leave_the_environment_as_it_was(connection: Connection) -> None:
    env = gymnasium_http.make("Failing-v0", connection=connection)
    assert isinstance(env, HTTPEnv)
    with pytest.raises(gymnasium.error.ResetNeeded, match="reset") as needed:
        env.step(0)
    assert isinstance(needed.value, ResetNeeded)
    env.reset(options={"brittle": True})
    assert env.step(0)[0] == 1
    with pytest.raises(gymnasium.error.InvalidAction, match="action is 5") as invalid:
        env.step(5)
    assert isinstance(invalid.value, InvalidAction)
    with pytest.raises(EnvironmentRaised, match="the robot fell") as raised:
        env.step(1)
    assert (raised.value.exception, raised.value.text) == ("ZeroDivisionError", "the robot fell")
    with pytest.raises(errors.InvalidRequest):
        env.reset(seed=-1)
    assert env.step(0)[0] == 2
    assert (raised.value.status, InvalidValue.__mro__[1]) == (422, errors.InvalidRequest)


def test_an_instance_that_is_gone_says_so(connection: Connection) -> None:
    env = gymnasium_http.make("CartPole-v1", connection=connection)
    assert isinstance(env, HTTPEnv)
    gymnasium_http.attach(env.instance_id, connection=connection).close()
    with pytest.raises(InstanceNotFound, match="has expired"):
        env.reset()
    env.close()


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


def test_the_same_call_of_many_threads_is_many_calls(connection: Connection) -> None:
    env = gymnasium_http.make("Sum-v0", connection=connection)
    env.reset()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: env.step(1), range(24)))
    assert env.step(0)[0] == 24
    env.close()


@pytest.mark.parametrize("between", ["render", None])
def test_a_step_without_an_answer_is_still_the_same_step_after_a_picture(url: str, between: str | None) -> None:
    env = gymnasium_http.make("Sum-v0", connection=Connection(url), render_mode="ansi")
    env.reset()
    assert isinstance(env, HTTPEnv)
    env.connection = Connection(url, patience=0, transport=lambda: Faulty(lossy))
    lossy = Lossy(1, cut)
    with pytest.raises(ServerGone):
        env.step(5)
    if between == "render":
        with pytest.raises(ServerGone):
            env.render()
        assert env.render() == "5"
    assert env.step(5)[0] == 5
    env.connection = Connection(url)
    env.close()


def test_a_call_that_was_interrupted_is_applied_once_when_it_is_made_again(url: str) -> None:
    def interrupted(request: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    env = gymnasium_http.make("Sum-v0", url=url)
    env.reset()
    assert isinstance(env, HTTPEnv)
    env.connection = Connection(url, transport=lambda: Faulty(lossy))
    lossy = Lossy(1, interrupted)
    with pytest.raises(KeyboardInterrupt):
        env.step(5)
    assert env.step(5)[0] == 5
    env.connection = Connection(url)
    env.close()
