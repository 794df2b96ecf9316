"""Environments step over a session where the server has them, lose nothing with it, and never share it."""

import math
import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import gymnasium
import gymnasium_http
import msgpack
import numpy as np
import pytest
from gymnasium_http import Connection, HTTPEnv
from gymnasium_http.transport.frames import Gone, Refused
from gymnasium_http.transport.messages import message
from gymnasium_http.transport.websocket import WebSocket
from sameness import same

from tests.functions.test_call_limit import answered, workers
from tests.servers import Server, supervised, uvicorn

FORK = multiprocessing.get_context("fork")
ACTIONS = [number // 3 % 2 for number in range(60)]


@pytest.fixture
def env(connection: Connection) -> Iterator[HTTPEnv]:
    made = gymnasium_http.make("Acrobot-v1", connection=connection)
    assert isinstance(made, HTTPEnv)
    with made:
        yield made


def episode(env: gymnasium.Env[Any, Any], actions: Sequence[int] = ACTIONS) -> list[Any]:
    """What an episode returns, call by call."""
    return [env.reset(seed=7), *(env.step(action) for action in actions)]


def in_process() -> list[Any]:
    return episode(gymnasium.make("Acrobot-v1"))


def test_an_episode_over_a_session_is_that_in_process(env: HTTPEnv) -> None:
    assert env.transport == "http", "nothing was called yet"
    assert same(episode(env), in_process())
    assert env.transport == "session"
    assert env.record()["revision"] == len(ACTIONS) + 1
    env.close()
    assert env.transport == "http"


def test_rollouts_explorations_and_pictures_are_the_same_by_either(url: str) -> None:
    found = []
    for sessions in (True, False):
        with gymnasium_http.make(
            "FrozenLake-v1", seed=3, render_mode="ansi", connection=Connection(url, sessions=sessions)
        ) as env:
            assert isinstance(env, HTTPEnv)
            env.reset(seed=3)
            rolled = vars(env.rollout(policy="random", steps=20, on_end="reset"))
            found.append(
                (
                    {**rolled, "resets": [vars(each) for each in rolled["resets"]]},
                    env.explore(policy="random", count=5, steps=4).returns,
                    env.explore([[0, 1]], keep=1).steps,
                    env.render(),
                )
            )
            assert env.transport == ("session" if sessions else "http")
    assert same(found[0], found[1])


def test_what_the_server_refuses_is_raised_and_the_session_goes_on(env: HTTPEnv) -> None:
    with pytest.raises(gymnasium_http.ResetNeeded):
        env.step(0)
    env.reset(seed=7)
    with pytest.raises(gymnasium_http.InvalidAction) as refused:
        env.step(9)
    assert refused.value.status == 422
    assert refused.value.problem["action"] == 9
    assert env.transport == "session"
    env.step(0)


@pytest.mark.parametrize("before", [True, False], ids=["before it arrived", "after it was applied"])
def test_a_call_whose_connection_is_lost_is_applied_once(
    env: HTTPEnv, monkeypatch: pytest.MonkeyPatch, before: bool
) -> None:
    asked, count = WebSocket.ask, 0

    def lossy(self: WebSocket, message: bytes, timeout: float) -> bytes:
        nonlocal count
        count += 1
        if count % 5 == 0 and before:
            raise Gone
        reply = asked(self, message, timeout)
        if count % 5 == 0:
            raise Gone
        return reply

    monkeypatch.setattr(WebSocket, "ask", lossy)
    assert same(episode(env), in_process())
    assert env.record()["revision"] == len(ACTIONS) + 1
    assert env.transport == "session"


def test_a_reply_that_comes_too_late_is_had_over_http(env: HTTPEnv, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = WebSocket.ask

    def late(self: WebSocket, message: bytes, timeout: float) -> bytes:
        asked(self, message, timeout)
        raise TimeoutError

    env.reset(seed=7)
    with monkeypatch.context() as patched:
        patched.setattr(WebSocket, "ask", late)
        stepped = [env.step(action) for action in ACTIONS[:5]]
        assert env.transport == "http"
    assert same([*stepped, env.step(ACTIONS[5])], in_process()[1:7])
    assert env.transport == "session"
    assert env.record()["revision"] == 7


def test_an_interrupted_call_leaves_no_reply_for_the_next(env: HTTPEnv, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = WebSocket.ask

    def interrupted(self: WebSocket, message: bytes, timeout: float) -> bytes:
        self._protocol.send_binary(message)
        self._flush()
        raise KeyboardInterrupt

    expected = in_process()
    env.reset(seed=7)
    with monkeypatch.context() as patched:
        patched.setattr(WebSocket, "ask", interrupted)
        with pytest.raises(KeyboardInterrupt):
            env.step(ACTIONS[0])
    assert WebSocket.ask is asked
    assert same([env.step(action) for action in ACTIONS[:3]], expected[1:4])
    assert env.record()["revision"] == 4


def test_a_killed_server_is_waited_for_and_the_episode_goes_on(tmp_path: Path) -> None:
    with supervised(GYM_HTTP_STORE=f"sqlite:///{tmp_path}/snapshots.db") as server:
        assert answered(server, "/v1/health/")
        with gymnasium_http.make("Acrobot-v1", connection=Connection(server.url, patience=120)) as env:
            assert isinstance(env, HTTPEnv)
            returned: list[Any] = [env.reset(seed=7)]
            for number, action in enumerate(ACTIONS):
                if number == 20:
                    assert env.transport == "session"
                    for pid in workers(server):
                        os.kill(pid, signal.SIGKILL)
                returned.append(env.step(action))
            assert env.record()["revision"] == len(ACTIONS) + 1
    assert same(returned, in_process())


def test_a_server_without_sessions_is_called_over_http(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/snapshots.db"
    with uvicorn(options=["--ws", "none"], GYM_HTTP_STORE=store) as server:
        assert plays_over_http(Connection(server.url))


def plays_over_http(connection: Connection) -> bool:
    env = gymnasium_http.make("Acrobot-v1", connection=connection)
    assert isinstance(env, HTTPEnv)
    assert same(episode(env, ACTIONS[:3]), in_process()[:4])
    by_http = env.transport == "http" and not connection.may_have_sessions
    env.close()
    return by_http


def test_sessions_can_be_turned_off_and_take_no_way_around_a_proxy(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert plays_over_http(Connection(url, sessions=False))
    assert pickle.loads(pickle.dumps(Connection(url, sessions=False))).may_have_sessions is False
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    assert not Connection("http://example").may_have_sessions
    monkeypatch.setenv("no_proxy", "example")
    assert Connection("http://example").may_have_sessions


def test_a_full_server_is_asked_again_later(env: HTTPEnv, connection: Connection) -> None:
    connection.note_refusal(Refused(503))
    assert not connection.may_have_sessions
    env.reset(seed=7)
    assert env.transport == "http"
    connection._sessions_from = 0.0  # the pause is over
    env.step(0)
    assert env.transport == "session"


def test_a_busy_server_that_had_sessions_is_asked_again_later_and_one_that_never_had_is_not(
    env: HTTPEnv, url: str
) -> None:
    """A handshake that takes too long tells of a gateway that knows none, or of a server with much to do."""
    unknown, known = Connection(url), env.connection
    env.reset(seed=7)
    for connection in (unknown, known):
        connection.note_refusal(TimeoutError())
        assert not connection.may_have_sessions
    assert (unknown._sessions_from, known._sessions_from < math.inf) == (math.inf, True)


def test_an_environment_that_is_given_another_connection_calls_by_that(env: HTTPEnv, url: str) -> None:
    env.reset(seed=7)
    env.connection = Connection(url, sessions=False)
    assert same(env.step(ACTIONS[0]), in_process()[1])
    assert env.transport == "http"


def child(env: HTTPEnv, actions: Sequence[int], told: Any) -> None:
    told.send([env.step(action)[0].tolist() for action in actions])


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_forked_processes_open_sessions_of_their_own(connection: Connection) -> None:
    envs = [gymnasium_http.make("Acrobot-v1", connection=connection) for _ in range(4)]
    for env in envs:
        assert isinstance(env, HTTPEnv)
        env.reset(seed=7)
        assert env.transport == "session"
    running = []
    for env in envs:
        ours, theirs = FORK.Pipe()
        process = FORK.Process(target=child, args=(env, ACTIONS[:20], theirs))
        process.start()
        running.append((process, ours))
    found = [ours.recv() for _, ours in running]
    for process, _ in running:
        process.join(60)
        assert process.exitcode == 0
    expected = in_process()
    assert found == [[step[0].tolist() for step in expected[1:21]]] * 4
    # The parent's own sessions were left alone, and see what the children did.
    for env in envs:
        assert isinstance(env, HTTPEnv)
        assert env.transport == "session"
        assert same(env.step(ACTIONS[20]), expected[21])
        env.close()


def test_threads_that_share_an_environment_wait_for_one_another(env: HTTPEnv) -> None:
    env.reset(seed=7)
    begin = threading.Barrier(8)

    def steps() -> int:
        begin.wait(60)
        return sum(env.step(0)[0].shape == (6,) for _ in range(10))

    with ThreadPoolExecutor(8) as pool:
        assert sum(each.result(60) for each in [pool.submit(steps) for _ in range(8)]) == 80
    assert env.record()["steps"] == 80


def test_a_copy_in_another_process_has_a_session_of_its_own(env: HTTPEnv) -> None:
    env.reset(seed=7)
    again = pickle.loads(pickle.dumps(env))
    expected = in_process()
    assert same([env.step(ACTIONS[0]), again.step(ACTIONS[1]), env.step(ACTIONS[2])], expected[1:4])
    assert (env.transport, again.transport) == ("session", "session")
    again.detach()


def test_a_body_that_is_too_long_is_refused_as_over_http(env: HTTPEnv) -> None:
    env.reset(seed=7)
    with pytest.raises(gymnasium_http.BodyTooLarge):
        env.step(np.zeros(1 << 20))
    env.step(0)


@pytest.mark.parametrize("count", [0, 11, 12, 15, 16, 300])
def test_a_message_is_the_body_with_the_envelope_before_it(count: int) -> None:
    body = {f"m{number}": number for number in range(count)}
    told = {"id": 3, "call": "step", "key": "k", "ack": 2}
    assert msgpack.unpackb(message(3, 2, "step", msgpack.packb(body), "k")) == {**told, **body}
    assert msgpack.unpackb(message(3, 2, "step", None, "k")) == told


def test_a_server_that_is_not_there_is_named_at_once(server: Server) -> None:
    with pytest.raises(gymnasium_http.NoServer):
        gymnasium_http.make("Acrobot-v1", url="http://127.0.0.1:9")
