"""A server that is told to end finishes what was begun, begins nothing new, and holds on to no stream."""

import asyncio
import json
import os
import re
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.responses import Response
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

from shared.settings import Settings
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.request import Request
from shared.web.service.service import Service
from tests.applications import Api, Reply
from tests.functions.test_call_limit import answered, listens, wait_until, workers
from tests.servers import Server, supervised
from tests.shared.session.sessions import run

MODULE = "tests.stuck"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"GYM_HTTP_STORE": f"sqlite:///{tmp_path}/snapshots.db", "GYM_HTTP_ENV_MODULES": MODULE}


def watched(server: Server, path: str, begun: threading.Event) -> float:
    """Read a stream to its end, and tell when that came."""
    with httpx2.stream("GET", server.url + path, timeout=60) as reply:
        for _ in reply.iter_bytes():
            begun.set()
    return time.monotonic()


def talk(server: Server, path: str, message: dict[str, Any] | None, begun: threading.Event) -> tuple[Any, str]:
    """Open a session, send a message if there is one, and return the reply and how the session was closed."""
    address = f"{server.url.replace('http://', 'ws://')}{path}/session/"
    with connect(address, open_timeout=60) as session:
        if message is not None:
            session.send(json.dumps(message))
        begun.set()
        reply = None if message is None else json.loads(session.recv(60))
        with pytest.raises(ConnectionClosedError) as closed:
            session.recv(60)
    assert closed.value.rcvd is not None
    return reply, f"{closed.value.rcvd.code} {closed.value.rcvd.reason}"


def test_calls_under_way_are_finished_while_new_ones_are_refused_and_streams_are_cut(
    environment: dict[str, str],
) -> None:
    with supervised(**environment) as server, ThreadPoolExecutor(5) as pool:
        api = Api(server)
        assert answered(server, "/v1/health/")
        shown = api.create("CartPole-v1", render_mode="rgb_array")
        api.post(f"{shown}/reset/", {"seed": 1})
        begun = [threading.Event() for _ in range(4)]
        streams = [
            pool.submit(watched, server, f"{shown}/monitor/stream/", begun[0]),
            pool.submit(watched, server, f"/v1/monitor/frames/?ids={shown.rpartition('/')[2]}", begun[1]),
        ]
        napping, dozing = api.create("Stuck-v0"), api.create("Stuck-v0")
        for each in (napping, dozing):
            api.post(f"{each}/reset/", {"options": {"then": "nap"}})
        called = time.monotonic()
        step = {"id": 1, "call": "step", "action": 0}
        idle, busy = (
            pool.submit(talk, server, path, message, begun[place])
            for place, (path, message) in enumerate(((shown, None), (dozing, step)), start=2)
        )
        assert all(each.wait(60) for each in begun)
        call = pool.submit(api.post, f"{napping}/step/", {"action": 0})
        time.sleep(0.5)
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: not listens(server))
        refused = time.monotonic()
        cut = [each.result(60) for each in streams]
        reply: Reply = call.result(60)
        replied = time.monotonic()
        assert (reply.status, reply.json["observation"]) == (200, 1)
        assert replied - called >= 3
        assert idle.result(60) == (None, "1012 reconnect")
        assert busy.result(60) == ({"id": 1, "revision": 2, **reply.json}, "1012 reconnect")
        assert refused < replied
        assert max(cut) < replied
        assert server.process.wait(60) == 0
    with supervised(**environment) as server:
        assert answered(server, "/v1/health/")
        assert Api(server).get(napping).json["steps"] == 1


def test_a_server_that_ends_with_the_status_of_one_that_cannot_start_is_replaced(
    environment: dict[str, str],
) -> None:
    """The status is 3, and an environment may end its process with that as with any other."""
    with supervised(**environment) as server:
        api = Api(server)
        assert answered(server, "/v1/health/")
        [first] = workers(server)
        ending, other = api.create("Stuck-v0"), api.create("Stuck-v0")
        api.post(f"{ending}/reset/", {"options": {"then": "exit"}})
        api.post(f"{other}/reset/")
        with pytest.raises(httpx2.TransportError):
            api.post(f"{ending}/step/", {"action": 0})
        wait_until(lambda: workers(server) not in ([], [first]))
        assert answered(server, "/v1/health/")
        assert api.post(f"{other}/step/", {"action": 0}).json["observation"] == 1
        assert server.process.poll() is None


def test_a_server_that_cannot_start_again_is_tried_until_it_can(
    environment: dict[str, str], tmp_path: Path
) -> None:
    with supervised(**environment) as server:
        assert answered(server, "/v1/health/")
        [first] = workers(server)
        key = tmp_path / "snapshots.db.key"
        key.chmod(0o644)  # with which no server starts
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: workers(server) not in ([], [first]))
        [second] = workers(server)
        wait_until(lambda: workers(server) not in ([], [second]))
        key.chmod(0o600)
        assert answered(server, "/v1/health/")
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(60) == 0
        assert len(re.findall(rb"ended with 3; replacing it", server.rest.result(60))) >= 1


def test_a_connection_that_is_idle_for_longer_than_uvicorn_would_wait_goes_on(environment: dict[str, str]) -> None:
    with supervised(**environment) as server:
        assert answered(server, "/v1/health/")
        with closing(HTTPConnection(server.url.rpartition("/")[2], timeout=30)) as connection:
            sockets = set()
            for pause_s in (6.0, 0.0):  # uvicorn's own patience is 5 s
                connection.request("GET", "/v1/health/")
                sockets.add(connection.sock)
                assert connection.getresponse().read()
                time.sleep(pause_s)
            assert len(sockets) == 1


SCOPE = {
    "type": "http",
    "method": "GET",
    "path": "/v1/waits/",
    "headers": [],
    "query_string": b"",
    "http_version": "1.1",
}


def cancelled(end_first: bool) -> list[dict[str, Any]]:
    """What is sent to the client of a call that is cancelled while it waits."""
    router, sent, services = Router(), [], list[Service]()

    @router.get("/v1/waits/", summary="Wait", reply=None)
    async def waits(request: Request[None]) -> Response:
        services.append(request.service)
        await asyncio.Event().wait()
        raise AssertionError

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    async def test() -> None:
        app = create_app(router, settings=Settings(store="memory:", log="off"))
        call = asyncio.ensure_future(app(SCOPE, receive, send))
        while not services:
            await asyncio.sleep(0)
        if end_first:
            services[0].ending.tell()
        call.cancel()
        await asyncio.wait((call,))
        assert call.cancelled() is not end_first
        await services[0].close()

    run(test)
    return sent


def test_a_call_that_the_end_of_the_server_cuts_short_is_told_as_of_unknown_outcome() -> None:
    start, body = cancelled(end_first=True)
    assert start["status"] == 503
    assert (b"retry-after", b"1") in start["headers"]
    told = json.loads(body["body"])
    assert told["type"] == "urn:gym-http:problem:outcome-unknown"
    assert "Idempotency-Key" in told["detail"]


def test_a_call_that_is_cancelled_for_another_reason_stays_cancelled() -> None:
    assert cancelled(end_first=False) == []
