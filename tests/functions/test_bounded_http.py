"""What a client leaves unfinished is bounded in bytes and in time, before anything of the request is known.

So is what it leaves unread.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from functions import bounded_http, unread
from functions.bounded_http import MOST_HEADER_BYTES, BoundedHttp

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

LARGE = b"x" * (16 << 20)
"""More than the buffers of two sockets hold."""


async def _app(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the number of bytes of the body, or with a large one."""
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size, more = size + len(message.get("body", b"")), message["more_body"]
    body = LARGE if scope["path"] == "/large" else str(size).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


def serving(test: Callable[[Streams], Awaitable[None]]) -> None:
    """Run the test with one connection to a server of this protocol."""
    ending(lambda _, *streams: test(streams))


def ending(test: Callable[[BoundedHttp, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> None:
    """Run the test with the server's end of the connection too."""

    async def run() -> None:
        config, state = Config(_app, log_config=None), ServerState()
        config.load()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: BoundedHttp(config, state, {}), "127.0.0.1", 0)
        streams = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
        while not state.connections:
            await asyncio.sleep(0)
        [protocol] = state.connections
        assert isinstance(protocol, BoundedHttp)
        try:
            await asyncio.wait_for(test(protocol, *streams), 30)
        finally:
            streams[1].close()
            server.close()

    asyncio.run(run())


async def reply(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """The status and the body of the next reply."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = int(head.partition("content-length: ")[2].split("\r\n")[0])
    return int(head.split()[1]), await reader.readexactly(length)


async def refused(streams: Streams, status: int) -> None:
    """The reply is a problem with this status, and the connection ends."""
    found, body = await reply(streams[0])
    assert found == status
    problem = json.loads(body)
    names = {408: "request-too-late", 431: "headers-too-large"}
    assert (problem["status"], problem["type"]) == (status, f"urn:gym-http:problem:{names[status]}")
    assert await streams[0].read() == b""


@pytest.mark.parametrize(
    "parts",
    [
        [b"GET / HTTP/1.1\r\nA: ", b"a" * 1000],
        [b"GET / HTTP/1.1\r\n", b"A: b\r\n" * 100],
        [b"GET /", b"a" * 1000],
        [b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;a=", b"a" * 1000],
        [b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"A: b\r\n" * 100],
    ],
    ids=["one header", "many headers", "an address", "a chunk's extension", "trailers"],
)
def test_what_does_not_end_is_refused_past_the_bound(parts: list[bytes]) -> None:
    async def test(streams: Streams) -> None:
        begin, more = parts
        streams[1].write(begin)
        sent = 0
        while sent < 4 * MOST_HEADER_BYTES and not streams[0].at_eof():
            streams[1].write(more)
            sent += len(more)
            await asyncio.sleep(0)
        await refused(streams, 431)

    serving(test)


def test_a_head_that_comes_in_one_piece_is_refused_too() -> None:
    async def test(streams: Streams) -> None:
        streams[1].write(b"GET / HTTP/1.1\r\nA: " + b"a" * (MOST_HEADER_BYTES + 1) + b"\r\n\r\n")
        await refused(streams, 431)

    serving(test)


def test_bodies_are_not_counted_and_the_connection_goes_on() -> None:
    async def test(streams: Streams) -> None:
        chunks = b"1\r\na\r\n" * 50_000
        for _ in range(2):
            streams[1].write(b"POST / HTTP/1.1\r\nContent-Length: 300000\r\n\r\n" + b"a" * 300_000)
            assert await reply(streams[0]) == (200, b"300000")
            streams[1].write(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")
            assert await reply(streams[0]) == (200, b"50000")

    serving(test)


@pytest.mark.parametrize(
    "begun",
    [b"", b"GET / HTTP/1.1\r\nA", b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\na"],
    ids=["nothing", "half a head", "half a body"],
)
def test_a_request_that_does_not_arrive_ends(begun: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_http, "HEADERS_S", 0.3)
    monkeypatch.setattr(bounded_http, "REQUEST_S", 0.6)

    async def test(streams: Streams) -> None:
        streams[1].write(begun)
        await refused(streams, 408)

    serving(test)


def test_a_request_that_takes_its_time_within_the_bound_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_http, "HEADERS_S", 0.5)

    async def test(streams: Streams) -> None:
        for _ in range(2):
            streams[1].write(b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\na")
            await asyncio.sleep(0.8)  # longer than a head may take
            streams[1].write(b"bc")
            assert await reply(streams[0]) == (200, b"3")

    serving(test)


def test_what_is_not_http_is_refused_as_before() -> None:
    async def test(streams: Streams) -> None:
        streams[1].write(b"nonsense\r\n\r\n")
        assert (await reply(streams[0]))[0] == 400

    serving(test)


GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize("just_made_s", [0.0, 60.0])
def test_a_connection_that_was_just_made_when_the_server_ends_may_ask_once(
    monkeypatch: pytest.MonkeyPatch, just_made_s: float
) -> None:
    monkeypatch.setattr(bounded_http, "_JUST_MADE_S", just_made_s)

    async def asked(protocol: BoundedHttp, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        protocol.shutdown()
        if just_made_s:
            writer.write(GET)
            assert await reply(reader) == (200, b"0")
        assert await reader.read() == b""

    ending(asked)


def test_a_connection_that_has_asked_before_is_closed_when_the_server_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bounded_http, "_JUST_MADE_S", 60.0)

    async def asked(protocol: BoundedHttp, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(GET)
        assert await reply(reader) == (200, b"0")
        protocol.shutdown()
        assert await reader.read() == b""

    ending(asked)


LARGE_GET = b"GET /large HTTP/1.1\r\nHost: localhost\r\n"


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("more", [b"", b"Connection: close\r\n"], ids=["kept alive", "the last one"])
def test_a_client_that_reads_nothing_of_its_reply_is_cut_off(monkeypatch: pytest.MonkeyPatch, more: bytes) -> None:
    monkeypatch.setattr(unread, "UNREAD_S", 0.2)

    async def test(protocol: BoundedHttp, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(LARGE_GET + more + b"\r\n")
        await until(lambda: not protocol.connections)
        assert not protocol._unread.waits

    ending(test)


def test_a_client_that_reads_late_has_the_whole_reply_and_its_connection() -> None:
    async def test(protocol: BoundedHttp, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(LARGE_GET + b"\r\n")
        await until(lambda: protocol._unread.waits)
        reader._transport.resume_reading()  # type: ignore[attr-defined]
        assert await reply(reader) == (200, LARGE)
        assert not protocol._unread.waits
        writer.write(GET)
        assert await reply(reader) == (200, b"0")

    ending(test)


def test_what_is_left_of_a_closing_connection_is_not_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It may be too little for the transport to pause the protocol."""
    monkeypatch.setattr(unread, "UNREAD_S", 0.2)

    async def test(protocol: BoundedHttp, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        protocol.transport.set_write_buffer_limits(high=2 * len(LARGE))
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(LARGE_GET + b"\r\n")
        await until(lambda: protocol.timeout_keep_alive_task is not None)
        assert protocol.transport.get_write_buffer_size()
        assert not protocol._unread.waits
        protocol.timeout_keep_alive_handler()
        await until(lambda: not protocol.connections)

    ending(test)


UPGRADE = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"


def test_a_connection_that_another_protocol_took_over_is_not_timed() -> None:
    """That one closes it where the handshake is wrong, and to write to it would be an error in the log."""

    async def test(protocol: BoundedHttp, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert protocol._timer is not None
        writer.write(UPGRADE)  # without a key
        assert (await reader.readline()).startswith(b"HTTP/1.1 400")
        assert protocol._timer is None

    ending(test)


def test_a_request_that_is_late_on_a_closing_connection_is_not_answered() -> None:
    async def test(protocol: BoundedHttp, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        protocol.transport.close()
        protocol._began -= 2 * bounded_http.REQUEST_S
        protocol._late()
        assert not protocol._refused
        assert await reader.read() == b""

    ending(test)
