"""What a client of a WebSocket leaves unread or unfinished is bounded, and a server that ends does so in order."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from uvicorn import Config
from uvicorn.server import ServerState
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.uri import parse_uri

from functions import unread
from functions.bounded_http import BoundedHttp
from functions.bounded_websocket import MOST_AHEAD, BoundedWebSocket

PATIENCE_S = 60.0
LARGE = b"x" * (1 << 20)


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answers `large` with a mebibyte, `slow` once it is told to go on, and anything else with itself."""
    await receive()
    await send({"type": "websocket.accept"})
    events = scope["state"]
    try:
        while (message := await receive())["type"] == "websocket.receive":
            said = message.get("text") or message.get("bytes")
            if said == "slow":
                events["begun"].set()
                await events["go on"].wait()
            await send({"type": "websocket.send", "bytes": LARGE if said == "large" else str(said).encode()})
        await send({"type": "websocket.close", "code": 1012, "reason": "reconnect"})
    except OSError:
        events["lost"].set()


class Client:
    """A client that reads only when it is told to."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.protocol = ClientProtocol(parse_uri("ws://localhost/"), max_size=None)
        self._come: deque[Frame] = deque()

    async def connect(self) -> None:
        self.protocol.send_request(self.protocol.connect())
        await self._flush()
        [response] = await self._events()
        assert isinstance(response, Response)
        assert response.status_code == 101

    async def send(self, text: str) -> None:
        self.protocol.send_text(text.encode())
        await self._flush()

    async def send_all(self, texts: list[str]) -> None:
        for text in texts:
            await self.send(text)

    async def receive(self) -> Frame:
        while not self._come:
            self._come.extend(each for each in await self._events() if each.opcode is not Opcode.PING)
        return self._come.popleft()

    async def _flush(self) -> None:
        self._write()
        await self.writer.drain()

    def _write(self) -> None:
        for data in self.protocol.data_to_send():
            self.writer.write(data)

    async def _events(self) -> list[Any]:
        while not (events := self.protocol.events_received()):
            data = await self.reader.read(1 << 16)
            if not data:
                raise EOFError
            self.protocol.receive_data(data)
        self._write()
        return events


Test = Callable[[Client, ServerState, dict[str, Any]], Awaitable[None]]


def serving(test: Test, **configured: Any) -> None:
    """Run the test with one client of a server of this protocol."""

    async def run() -> None:
        config = Config(application, log_config=None, ws=BoundedWebSocket, **configured)
        state = ServerState()
        config.load()
        loop = asyncio.get_running_loop()
        events = {name: asyncio.Event() for name in ("begun", "go on", "lost")}
        server = await loop.create_server(lambda: BoundedHttp(config, state, events), "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2], limit=1 << 16)
        client = Client(reader, writer)
        try:
            await client.connect()
            await asyncio.wait_for(test(client, state, events), PATIENCE_S)
        finally:
            writer.close()
            server.close()

    asyncio.run(run())


def test_a_client_that_reads_is_answered() -> None:
    async def test(client: Client, state: ServerState, events: dict[str, Any]) -> None:
        await client.send("hello")
        assert (await client.receive()).data == b"hello"
        await client.send("large")
        assert (await client.receive()).data == LARGE

    serving(test)


def test_a_client_that_never_reads_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unread, "UNREAD_S", 0.2)

    async def test(client: Client, state: ServerState, events: dict[str, Any]) -> None:
        client.reader._transport.pause_reading()  # type: ignore[attr-defined]
        for _ in range(64):
            await client.send("large")
        await events["lost"].wait()
        while state.connections:
            await asyncio.sleep(0.01)

    serving(test)


def test_a_client_that_has_read_some_meanwhile_is_not() -> None:
    async def test(client: Client, state: ServerState, events: dict[str, Any]) -> None:
        client.reader._transport.pause_reading()  # type: ignore[attr-defined]
        for _ in range(16):
            await client.send("large")
        [served] = state.connections
        while served.writable.is_set():  # type: ignore[union-attr]
            await asyncio.sleep(0.01)
        waiting = served._unread  # type: ignore[union-attr]
        waiting._bytes += 1
        waiting._still_since -= 2 * unread.UNREAD_S
        waiting._timer.cancel()
        waiting.check()
        assert not served.transport.is_closing()
        client.reader._transport.resume_reading()  # type: ignore[attr-defined]
        for _ in range(16):
            assert (await client.receive()).data == LARGE
        assert not served._unread.waits, "it has caught up"  # type: ignore[union-attr]

    serving(test)


def test_nothing_is_read_of_a_client_that_does_not_read() -> None:
    """Else its pings would be answered into memory for ever."""

    async def test(client: Client, state: ServerState, events: dict[str, Any]) -> None:
        client.reader._transport.pause_reading()  # type: ignore[attr-defined]
        for _ in range(16):
            await client.send("large")
        [served] = state.connections
        while served.writable.is_set():  # type: ignore[union-attr]
            await asyncio.sleep(0.01)
        assert not served.transport.is_reading()
        client.reader._transport.resume_reading()  # type: ignore[attr-defined]
        for _ in range(16):
            assert (await client.receive()).data == LARGE
        await client.send("more")
        assert (await client.receive()).data == b"more"

    serving(test)


def test_a_message_of_many_empty_parts_takes_no_memory() -> None:
    async def test(client: Client, state: ServerState, events: dict[str, Any]) -> None:
        client.protocol.send_text(b"a", fin=False)
        for _ in range(10_000):
            client.protocol.send_continuation(b"", fin=False)
        await client._flush()
        client.protocol.send_continuation(b"b", fin=True)
        await client._flush()
        [served] = state.connections
        assert (await client.receive()).data == b"ab"
        assert len(served.frames) <= 2  # type: ignore[union-attr]

    serving(test)


def test_a_client_whose_messages_wait_for_a_long_call_need_not_answer_pings() -> None:
    async def test(client: Client, state: ServerState, events: dict[str, Any]) -> None:
        await client.send("slow")
        await events["begun"].wait()
        for number in range(MOST_AHEAD):
            await client.send(str(number))
        [served] = state.connections
        while not served.read_paused:  # type: ignore[union-attr]
            await asyncio.sleep(0.01)
        served.send_keepalive_ping()  # type: ignore[union-attr]
        served.keepalive_timeout()  # type: ignore[union-attr]
        events["go on"].set()
        assert (await client.receive()).data == b"slow"
        for number in range(MOST_AHEAD):
            assert (await client.receive()).data == str(number).encode()

    serving(test)


def test_what_is_sent_ahead_is_read_only_as_it_is_answered() -> None:
    async def test(client: Client, state: ServerState, events: dict[str, Any]) -> None:
        await client.send("slow")
        await events["begun"].wait()
        long = "x" * 100_000
        sending = asyncio.create_task(client.send_all([long] * 200))
        [served] = state.connections
        while not served.read_paused:  # type: ignore[union-attr]
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        assert served.queue.qsize() <= MOST_AHEAD  # type: ignore[union-attr]
        assert not sending.done(), "it has to wait"
        events["go on"].set()
        assert (await client.receive()).data == b"slow"
        for _ in range(200):
            assert len((await client.receive()).data) == len(long)
        await sending

    serving(test)


def test_a_server_that_ends_answers_the_call_under_way_and_then_closes() -> None:
    async def test(client: Client, state: ServerState, events: dict[str, Any]) -> None:
        await client.send("slow")
        await events["begun"].wait()
        [served] = state.connections
        served.shutdown()
        events["go on"].set()
        assert (await client.receive()).data == b"slow"
        closing = await client.receive()
        assert closing.opcode is Opcode.CLOSE
        assert closing.data[:2] == (1012).to_bytes(2, "big")
        assert bytes(closing.data[2:]) == b"reconnect"

    serving(test)


def test_an_idle_socket_outlives_what_a_request_may_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("functions.bounded_http.HEADERS_S", 0.1)
    monkeypatch.setattr("functions.bounded_http.REQUEST_S", 0.1)

    async def test(client: Client, state: ServerState, events: dict[str, Any]) -> None:
        await asyncio.sleep(0.5)
        await client.send("hello")
        assert (await client.receive()).data == b"hello"

    serving(test, timeout_keep_alive=0)
