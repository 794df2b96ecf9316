"""HEAD ends after the headers, and a client that hangs up is no fault of the server's."""

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import pytest
from starlette.responses import StreamingResponse

from shared.settings import Settings
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request
from tests.servers import uvicorn

router = Router(reply=None)


@router.get("/endless/", summary="Stream without end")
async def endless(request: Request[None]) -> Response:
    async def parts() -> AsyncIterator[bytes]:
        while True:
            yield b"part"
            await asyncio.sleep(0.01)

    return StreamingResponse(parts(), media_type="text/x-parts")


@router.get("/short/", summary="Reply at once")
async def short(request: Request[None]) -> Response:
    return request.reply({"a": 1})


class Connection:
    """A connection that fails at the first message, because its client is gone or for another reason."""

    def __init__(self, error: Exception | None = None, gone: bool = False) -> None:
        self.sent: list[MutableMapping[str, Any]] = []
        self._error = error
        self._gone = gone
        self._asked = False

    async def receive(self) -> MutableMapping[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request"}
        if not self._gone:
            await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if self._error is not None:
            raise self._error
        self.sent.append(message)

    def call(self, settings: Settings, method: str, path: str) -> None:
        scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": []}
        app = create_app(router, settings=settings)
        asyncio.run(asyncio.wait_for(app(scope, self.receive, self.send), 10))


def test_head_of_an_endless_stream_is_its_headers_and_the_end(settings: Settings) -> None:
    connection = Connection()
    connection.call(settings, "HEAD", "/endless/")
    start, end = connection.sent
    assert start["status"] == 200
    assert dict(start["headers"])[b"content-type"] == b"text/x-parts; charset=utf-8"
    assert (end["body"], end.get("more_body", False)) == (b"", False)


def test_head_tells_the_length_that_get_would_send(settings: Settings) -> None:
    connection = Connection()
    connection.call(settings, "HEAD", "/short/")
    start, end = connection.sent
    assert dict(start["headers"])[b"content-length"] == b"7"
    assert end["body"] == b""


@pytest.mark.parametrize("path", ["/short/", "/endless/"])
@pytest.mark.parametrize("error", [ConnectionResetError("reset"), RuntimeError("the handler is closed")])
def test_a_client_that_hung_up_is_noted_as_499(
    settings: Settings, capfd: pytest.CaptureFixture[str], path: str, error: Exception
) -> None:
    Connection(error, gone=True).call(settings, "GET", path)
    assert json.loads(capfd.readouterr().err)["status"] == 499


@pytest.mark.parametrize("path", ["/short/", "/endless/"])
def test_a_reply_that_cannot_be_sent_to_a_client_who_waits_is_a_fault_of_ours(
    settings: Settings, capfd: pytest.CaptureFixture[str], path: str
) -> None:
    with pytest.raises(RuntimeError, match="ours"):
        Connection(RuntimeError("ours")).call(dataclasses.replace(settings, log="errors"), "GET", path)
    line = json.loads(capfd.readouterr().err)
    assert (line["status"], line["problem"]) == (500, "internal")


def test_a_connection_serves_on_after_head_of_a_stream() -> None:
    import http.client

    with uvicorn(GYM_HTTP_STORE="memory:") as server:
        connection = http.client.HTTPConnection("127.0.0.1", int(server.url.rpartition(":")[2]), timeout=20)
        body = b'{"env_id": "CartPole-v1", "render_mode": "rgb_array"}'
        made = json.loads(server.send("POST", "/v1/envs/", body).content)["instance_id"]
        for path in (f"/v1/envs/{made}/monitor/stream/", f"/v1/monitor/frames/?ids={made}", "/v1/health/"):
            connection.request("HEAD", path)
            reply = connection.getresponse()
            assert (reply.status, reply.read()) == (200, b"")
        connection.request("GET", "/v1/envs/")
        assert json.loads(connection.getresponse().read()) == {made: "CartPole-v1"}
        connection.close()
