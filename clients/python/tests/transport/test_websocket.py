"""A WebSocket tells apart a server that has none, one that is away, and one that is slow."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from gymnasium_http.transport.async_websocket import AsyncWebSocket
from gymnasium_http.transport.frames import Gone, Refused
from gymnasium_http.transport.websocket import WebSocket
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

NAME = "gymnasium.v1.msgpack"


class Peer:
    """The server's end of one connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.protocol = ServerProtocol(subprotocols=[Subprotocol(NAME)], max_size=None)

    def accept(self) -> None:
        [request] = self.read()
        assert isinstance(request, Request)
        self.protocol.send_response(self.protocol.accept(request))
        self.flush()

    def read(self) -> list[Any]:
        while True:
            data = self.socket.recv(1 << 16)
            if not data:
                return []
            self.protocol.receive_data(data)
            events = self.protocol.events_received()
            if events:
                return events

    def flush(self) -> None:
        for data in self.protocol.data_to_send():
            self.socket.sendall(data)


@contextmanager
def served(serve: Callable[[Peer], None]) -> Iterator[str]:
    """The address of a server for one connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def run() -> None:
            connection, _ = listening.accept()
            with connection:
                serve(Peer(connection))

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield f"ws://127.0.0.1:{listening.getsockname()[1]}/"
        thread.join(60)


Open = Callable[..., Any]


class Awaited:
    """An `AsyncWebSocket`, called as one that blocks."""

    def __init__(self, runner: asyncio.Runner, *opening: Any) -> None:
        self._runner = runner
        self._talk = runner.run(AsyncWebSocket.connect(*opening))

    def ask(self, message: bytes, timeout: float) -> bytes:
        return self._runner.run(self._talk.asked(message, timeout))

    def close(self) -> None:
        self._runner.run(at_once(self._talk.close))

    def drop(self) -> None:
        self._runner.run(at_once(self._talk.drop))


async def at_once(call: Callable[[], None]) -> None:
    call()


@pytest.fixture(params=["blocking", "awaited"])
def opened(request: pytest.FixtureRequest) -> Iterator[Open]:
    with asyncio.Runner() as runner:
        kind = WebSocket if request.param == "blocking" else partial(Awaited, runner)

        def open_one(address: str, timeout: float = 60.0, certificates: ssl.SSLContext | None = None) -> Any:
            return kind(address, NAME, {"Authorization": "Bearer secret"}, timeout, certificates)

        yield open_one
        runner.run(asyncio.sleep(0))


def test_messages_come_whole_between_pings_and_parts(opened: Open) -> None:
    seen: list[Any] = []

    def serve(peer: Peer) -> None:
        peer.accept()
        message, *_ = peer.read()
        assert isinstance(message, Frame)
        seen.append(bytes(message.data))
        peer.protocol.send_ping(b"still there?")
        peer.protocol.send_binary(b"one, ", fin=False)
        peer.protocol.send_continuation(b"two", fin=True)
        peer.flush()
        pong, *_ = peer.read()  # a close may come with it
        assert isinstance(pong, Frame)
        seen.append((pong.opcode, bytes(pong.data)))
        peer.read()

    with served(serve) as address:
        talk = opened(address)
        assert talk.ask(b"hello", 60) == b"one, two"
        talk.close()
        talk.close()
    assert seen == [b"hello", (Opcode.PONG, b"still there?")]


def test_a_reply_over_the_system_s_buffers_comes_whole(opened: Open) -> None:
    def serve(peer: Peer) -> None:
        peer.accept()
        peer.read()
        peer.protocol.send_binary(b"x" * (8 << 20))
        peer.flush()
        peer.read()

    with served(serve) as address:
        talk = opened(address)
        assert len(talk.ask(b"large", 60)) == 8 << 20
        talk.close()


@pytest.mark.parametrize("code", [1012, 1009, None])
def test_a_closed_connection_is_gone_with_the_servers_code(opened: Open, code: int | None) -> None:
    def serve(peer: Peer) -> None:
        peer.accept()
        peer.read()
        if code is not None:
            peer.protocol.send_close(code)
            peer.flush()

    with served(serve) as address:
        talk = opened(address)
        with pytest.raises(Gone) as gone:
            talk.ask(b"x", 60)
        assert gone.value.code == (code or 0)
        with pytest.raises(Gone):
            talk.ask(b"x", 60)
        talk.drop()


def test_a_close_that_comes_with_a_reply_is_told_by_the_next_call(opened: Open) -> None:
    def serve(peer: Peer) -> None:
        peer.accept()
        peer.read()
        peer.protocol.send_binary(b"reply")
        peer.protocol.send_close(1012, "reconnect")
        peer.socket.sendall(b"".join(peer.protocol.data_to_send()))

    with served(serve) as address:
        talk = opened(address)
        assert talk.ask(b"x", 60) == b"reply"
        with pytest.raises(Gone) as gone:
            talk.ask(b"x", 60)
        assert gone.value.code == 1012
        talk.drop()


def test_a_server_that_does_not_answer_is_late(opened: Open) -> None:
    done = threading.Event()

    def serve(peer: Peer) -> None:
        peer.accept()
        done.wait(60)

    with served(serve) as address:
        talk = opened(address)
        with pytest.raises(TimeoutError):
            talk.ask(b"x", 0.05)
        talk.drop()
        done.set()


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        (b"HTTP/1.1 426 Upgrade Required\r\ncontent-length: 0\r\n\r\n", 426),
        (b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n", 503),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", 200),
        (b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n", 0),
    ],
)
def test_a_server_that_opens_none_is_told_from_one_that_is_away(opened: Open, reply: bytes, status: int) -> None:
    def serve(peer: Peer) -> None:
        peer.socket.recv(1 << 16)
        peer.socket.sendall(reply)

    with served(serve) as address:
        with pytest.raises(Refused) as refused:
            opened(address)
        assert refused.value.status == status


def test_no_server_and_one_that_hangs_up_or_says_nothing_are_errors_of_the_system(opened: Open) -> None:
    with pytest.raises(ConnectionError):
        opened("ws://127.0.0.1:9/")
    with served(lambda peer: None) as address, pytest.raises(ConnectionError):
        opened(address)
    done = threading.Event()

    def silent(peer: Peer) -> None:
        done.wait(60)

    with served(silent) as address:
        with pytest.raises(TimeoutError):
            opened(address, 0.05)
        done.set()
    with pytest.raises(Refused):
        opened("nonsense")


def test_a_server_without_a_certificate_is_not_talked_to(opened: Open) -> None:
    def serve(peer: Peer) -> None:
        peer.socket.recv(1 << 16)

    with served(serve) as address, pytest.raises((ssl.SSLError, ConnectionResetError)):
        opened(address.replace("ws:", "wss:"), 60, ssl.create_default_context())
