"""One server at an address, found or not, over sockets that are shared and closed."""

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
from faults import REFUSED, Faulty
from gymnasium_http import Connection, GymHTTPError, NoServer, TimedOut, Unauthorized
from gymnasium_http.transport import exact
from sameness import same

from tests.servers import uvicorn


def test_a_server_that_comes_back_in_time_is_waited_for(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take the second that there is for the first attempt alone."""
    monkeypatch.setattr("gymnasium_http.transport.retries._FIRST_PATIENCE_S", 60.0)
    refusals = iter(range(1))

    def away(request: httpx.Request, send: Callable[[], httpx.Response]) -> httpx.Response:
        if next(refusals, None) is not None:
            raise httpx.ConnectError("refused", request=request)
        return send()

    with gymnasium_http.make("CartPole-v1", connection=Connection(url, transport=lambda: Faulty(away))) as env:
        assert env.reset(seed=1)[0].shape == (4,)


def test_without_a_server_the_first_call_fails_soon_and_asks_whether_it_runs() -> None:
    began = time.monotonic()
    with pytest.raises(NoServer, match=f"No server answers at {REFUSED} .*refused.*Is `make run` up") as raised:
        gymnasium_http.make("CartPole-v1", url=REFUSED)
    assert time.monotonic() - began < 20
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
    """The pauses before the sixth attempt are longer than anyone waits without."""
    refusals = iter(range(5))

    def starting(request: httpx.Request, send: Callable[[], httpx.Response]) -> httpx.Response:
        if next(refusals, None) is not None:
            raise httpx.ConnectError("refused", request=request)
        return send()

    connection = Connection(url, patience=60, transport=lambda: Faulty(starting))
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


def test_a_server_with_keys_wants_one(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/snapshots.db"
    with uvicorn(GYM_HTTP_STORE=store, GYM_HTTP_API_KEYS="me:secret") as server:
        with pytest.raises(Unauthorized, match="api_key"):
            gymnasium_http.make("CartPole-v1", url=server.url)
        env = gymnasium_http.make("CartPole-v1", url=server.url, api_key="secret")
        assert "secret" not in repr(env.spec)
        env.close()


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


def test_the_last_to_be_closed_closes_the_sockets(url: str) -> None:
    connection = Connection(url)
    first, second = (gymnasium_http.make("CartPole-v1", connection=connection) for _ in range(2))
    first.close()
    assert connection.is_open
    second.close()
    assert not connection.is_open
    third = gymnasium_http.make("CartPole-v1", connection=connection)
    third.close()


def test_a_batch_may_name_its_first_instance(url: str) -> None:
    named: list[str | None] = []

    def listening(request: httpx.Request, send: Callable[[], httpx.Response]) -> httpx.Response:
        named.append(request.headers.get("X-Instance"))
        return send()

    connection = Connection(url, transport=lambda: Faulty(listening))
    with gymnasium_http.make("CartPole-v1", connection=connection) as env:
        instance = env.get_wrapper_attr("instance_id")
        named.clear()
        batch = exact.pack({"calls": [{"instance_id": instance, "seed": 1}]})
        reply = connection.call("POST", "/v1/batch/reset/", batch, instance=instance)
    assert reply["results"][0]["status"] == 200
    assert named[0] == instance


def test_a_reply_that_is_elsewhere_is_fetched_from_there_without_the_key() -> None:
    """As AWS Lambda sends a long episode: by the signed address of a copy."""
    asked: list[tuple[str, str | None]] = []

    def answer(request: httpx.Request, send: object) -> httpx.Response:
        asked.append((str(request.url), request.headers.get("Authorization")))
        if request.url.host == "bucket":
            content = exact.pack({"observations": [1]})
            return httpx.Response(200, content=content, headers={"Content-Type": exact.MEDIA_TYPE})
        return httpx.Response(303, headers={"Location": "https://bucket/copy?signed"})

    connection = Connection("http://service", api_key="secret", transport=lambda: Faulty(answer))
    with pytest.raises(GymHTTPError, match="redirects to"):  # what changes something is not sent on
        connection.call("POST", "/v1/envs/x/step/")
    asked.clear()
    assert connection.call("GET", "/v1/envs/x/episodes/1/") == {"observations": [1]}
    assert asked == [
        ("http://service/v1/envs/x/episodes/1/", "Bearer secret"),
        ("https://bucket/copy?signed", None),
    ]
