"""What goes wrong is a named exception that says what to do, and no step is ever doubled."""

import inspect
import pickle
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import gymnasium
import gymnasium_http
import httpx
import pytest
from gymnasium_http import (
    Connection,
    Contended,
    EnvironmentRaised,
    GymHTTPError,
    HTTPEnv,
    InstanceNotFound,
    InvalidAction,
    InvalidValue,
    NoServer,
    NotCreatable,
    ResetNeeded,
    ServerFailed,
    ServerGone,
    ServiceUnavailable,
    TimedOut,
    Unauthorized,
    UnknownArgument,
    VersionMismatch,
    errors,
)
from sameness import same

from shared.web.protocol.problems import PROBLEMS
from tests.servers import uvicorn

REFUSED = "http://127.0.0.1:9"
"""The port of a service that no machine of today offers."""


class Faulty(httpx.BaseTransport):
    """HTTPX's own transport, but for what a fault does to a request or its reply."""

    def __init__(self, fault: Callable[[httpx.Request, Callable[[], httpx.Response]], httpx.Response]) -> None:
        self._transport = httpx.HTTPTransport()
        self._fault = fault

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._fault(request, lambda: self._transport.handle_request(request))

    def close(self) -> None:
        self._transport.close()


def answer(status: int, name: str = "", **headers: str) -> httpx.Response:
    return httpx.Response(status, headers=headers, json={"type": f"urn:gym-http:problem:{name}", "detail": "No."})


class Lossy:
    """Lets requests through, but loses the first replies to each that is sent under a new key."""

    def __init__(self, losses: int, loss: Callable[[httpx.Request], httpx.Response]) -> None:
        self._losses, self._loss = losses, loss
        self.sent: dict[str, int] = {}

    def __call__(self, request: httpx.Request, send: Callable[[], httpx.Response]) -> httpx.Response:
        reply = send()
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return reply
        self.sent[key] = self.sent.get(key, 0) + 1
        if self.sent[key] > self._losses:
            return reply
        reply.read()
        reply.close()
        return self._loss(request)


def cut(request: httpx.Request) -> httpx.Response:
    raise httpx.RemoteProtocolError("cut short", request=request)


def late(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("late", request=request)


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


def test_a_server_that_comes_back_in_time_is_waited_for(url: str) -> None:
    began = time.monotonic()

    def away(request: httpx.Request, send: Callable[[], httpx.Response]) -> httpx.Response:
        if time.monotonic() - began < 0.5:
            raise httpx.ConnectError("refused", request=request)
        return send()

    with gymnasium_http.make("CartPole-v1", connection=Connection(url, transport=lambda: Faulty(away))) as env:
        assert env.reset(seed=1)[0].shape == (4,)


def test_without_a_server_the_first_call_fails_within_two_seconds_and_asks_whether_it_runs() -> None:
    began = time.monotonic()
    with pytest.raises(NoServer, match=f"No server answers at {REFUSED} .*refused.*Is `make run` up") as raised:
        gymnasium_http.make("CartPole-v1", url=REFUSED)
    assert time.monotonic() - began < 2
    assert "store" not in str(raised.value)  # where there is nothing yet


def test_a_host_that_does_not_answer_is_no_server_after_two_seconds() -> None:
    asked: list[Any] = []

    def unreachable(request: httpx.Request, send: object) -> httpx.Response:
        asked.append(request.extensions["timeout"]["connect"])
        time.sleep(1)
        raise httpx.ConnectTimeout("timed out", request=request)

    with pytest.raises(NoServer, match="Is `make run` up"):
        gymnasium_http.make(
            "CartPole-v1", connection=Connection("http://example", transport=lambda: Faulty(unreachable))
        )
    assert asked == [2.0]


def test_a_server_that_is_still_starting_is_waited_for_with_patience(url: str) -> None:
    began = time.monotonic()

    def starting(request: httpx.Request, send: Callable[[], httpx.Response]) -> httpx.Response:
        if time.monotonic() - began < 1.5:
            raise httpx.ConnectError("refused", request=request)
        return send()

    connection = Connection(url, patience=20, transport=lambda: Faulty(starting))
    gymnasium_http.make("CartPole-v1", connection=connection).close()


@pytest.mark.parametrize("ending", ["/", "/v1", "/v1/", "//"])
def test_an_address_may_end_as_the_apis_paths_begin(url: str, ending: str) -> None:
    gymnasium_http.make("CartPole-v1", url=url + ending).close()


def test_a_server_that_does_not_answer_is_a_time_out() -> None:
    silent = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)  # it listens, and nobody serves
    try:
        with pytest.raises(TimedOut, match=r"in 0.2 s.*pass a longer timeout") as raised:
            gymnasium_http.make(
                "CartPole-v1", url=f"http://127.0.0.1:{silent.server_port}", timeout=0.2, patience=0
            )
        assert isinstance(raised.value, TimeoutError)
    finally:
        silent.server_close()


@pytest.mark.parametrize("url", ["127.0.0.1:5000", "ftp://host/", "http://"])
def test_what_is_no_url_of_a_server_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="is not the URL of a server"):
        gymnasium_http.make("CartPole-v1", url=url)


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


def test_what_gymnasium_refuses_to_make_is_said_in_its_words(connection: Connection) -> None:
    with pytest.raises(NotCreatable, match="doesn't exist"):
        gymnasium_http.make("CartPoul-v1", connection=connection)
    with pytest.raises(NotCreatable, match="doesn't exist") as unknown:
        gymnasium.make("http/Env-v0", env_id="CartPoul-v1", connection=connection)
    assert not isinstance(unknown.value, TypeError)


def test_an_argument_that_the_environment_does_not_take_is_a_type_error_as_in_process(
    connection: Connection,
) -> None:
    """TorchRL tries `frameskip` and leaves it out after this error."""
    for make in (
        lambda **kwargs: gymnasium.make("CartPole-v1", **kwargs),
        lambda **kwargs: gymnasium.make("http/Env-v0", env_id="CartPole-v1", connection=connection, **kwargs),
        lambda **kwargs: gymnasium_http.make_vec("CartPole-v1", connection=connection, **kwargs),
    ):
        with pytest.raises(TypeError, match="unexpected keyword argument 'frameskip'") as raised:
            make(frameskip=1)
    assert isinstance(raised.value, UnknownArgument)


def test_an_instance_that_is_gone_says_so(connection: Connection) -> None:
    env = gymnasium_http.make("CartPole-v1", connection=connection)
    assert isinstance(env, HTTPEnv)
    gymnasium_http.attach(env.instance_id, connection=connection).close()
    with pytest.raises(InstanceNotFound, match="has expired"):
        env.reset()
    env.close()


def test_a_server_with_keys_wants_one(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/snapshots.db"
    with uvicorn(GYM_HTTP_STORE=store, GYM_HTTP_API_KEYS="me:secret") as server:
        with pytest.raises(Unauthorized, match="api_key"):
            gymnasium_http.make("CartPole-v1", url=server.url)
        env = gymnasium_http.make("CartPole-v1", url=server.url, api_key="secret")
        assert "secret" not in repr(env.spec)
        env.close()


def replying(*replies: httpx.Response) -> Connection:
    """A connection to a server that gives these replies in turn, and the last for ever."""
    waiting = list(replies)

    def fault(request: httpx.Request, send: object) -> httpx.Response:
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    return Connection("http://example", patience=0.3, transport=lambda: Faulty(fault))


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (httpx.Response(200, json={"instance_id": "x"}), VersionMismatch, "another version than this client"),
        (answer(404, "path-not-found"), VersionMismatch, "No."),
        (httpx.Response(200, html="<p>hello</p>"), VersionMismatch, "check the URL"),
        (httpx.Response(301, headers={"Location": "https://there/"}), ServerFailed, "redirects to https://there/"),
        (httpx.Response(502, html="<p>bad gateway</p>"), ServiceUnavailable, "502 Bad Gateway.*call again"),
        (answer(409, "contended"), Contended, "No."),
        (answer(418, "newer-than-this-client"), GymHTTPError, "No."),
        (answer(500, "internal"), ServerFailed, "No."),
    ],
)
def test_what_else_may_answer_is_named(reply: httpx.Response, kind: type[GymHTTPError], words: str) -> None:
    with pytest.raises(kind, match=words):
        gymnasium_http.attach("x", connection=replying(reply))


def test_retry_after_is_waited_for() -> None:
    connection = replying(answer(503, "store-unavailable", **{"Retry-After": "20"}))
    began = time.monotonic()
    with pytest.raises(ServiceUnavailable):
        connection.call("GET", "/")
    assert time.monotonic() - began < 10  # it asks for more patience than there is
    connection = replying(answer(429, "too-many", **{"Retry-After": "0"}), httpx.Response(200, json=[1]))
    assert connection.call("GET", "/") == [1]


def test_a_try_that_timed_out_after_all_of_the_patience_is_made_again() -> None:
    tries: list[int] = []

    def slow_once(request: httpx.Request, send: object) -> httpx.Response:
        tries.append(1)
        if len(tries) == 1:
            time.sleep(0.4)
            raise httpx.ReadTimeout("late", request=request)
        return httpx.Response(200, json=[1])

    connection = Connection("http://example", timeout=0.4, patience=0.4, transport=lambda: Faulty(slow_once))
    assert connection.call("GET", "/") == [1]


def test_every_problem_of_the_server_has_an_exception() -> None:
    for kind in PROBLEMS.values():
        assert kind.name in errors._BY_NAME, kind.name


def test_every_exception_is_exported_in_the_tree_and_survives_a_pickle() -> None:
    classes = [
        value for _, value in inspect.getmembers(errors, inspect.isclass) if issubclass(value, GymHTTPError)
    ]
    for kind in classes:
        assert getattr(gymnasium_http, kind.__name__) is kind
        assert kind.__name__ in (errors.__doc__ or "")
        error = pickle.loads(pickle.dumps(kind("What happened.", 400, {"detail": "What happened."})))
        assert (type(error), error.detail, error.status) == (kind, "What happened.", 400)


def test_threads_may_share_a_connection(connection: Connection) -> None:
    results: list[Any] = [None] * 4

    def play(place: int) -> None:
        with gymnasium_http.make("CartPole-v1", connection=connection) as env:
            env.reset(seed=place)
            results[place] = [env.step(1) for _ in range(5)]

    threads = [threading.Thread(target=play, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for place, result in enumerate(results):
        local = gymnasium.make("CartPole-v1")
        local.reset(seed=place)
        assert same(result, [local.step(1) for _ in range(5)])
