"""A socket gives others their turn, tells that a client has gone, and closes as the server's end asks."""

import asyncio
from typing import Any

import pytest

from shared.web.service.ending import Ending
from shared.web.sockets.socket import Socket, SocketGone
from tests.shared.session.sessions import run


class Client:
    """What a server tells of a client, and what it is sent."""

    def __init__(self, *messages: dict[str, Any], error: Exception | None = None) -> None:
        self.messages = list(messages)
        self.error = error
        self.sent: list[Any] = []

    async def receive(self) -> dict[str, Any]:
        return self.messages.pop(0)

    async def send(self, message: Any) -> None:
        if self.error is not None:
            raise self.error
        self.sent.append(message)


def text(content: str) -> dict[str, Any]:
    return {"type": "websocket.receive", "text": content}


def test_messages_are_text_or_bytes_until_the_client_leaves() -> None:
    async def test() -> None:
        gone = {"type": "websocket.disconnect", "code": 1006}
        client = Client(text(""), {"type": "websocket.receive", "bytes": b"x", "text": None}, gone)
        socket = Socket(client.receive, client.send, Ending())
        assert [await socket.receive() for _ in range(3)] == ["", b"x", None]
        await socket.end()
        assert client.sent == [], "there is nobody to close for"

    run(test)


def test_others_have_a_turn_between_messages_that_were_sent_ahead() -> None:
    async def test() -> None:
        client, turns = Client(*[text("x")] * 50), 0

        async def other() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        beside = asyncio.ensure_future(other())
        socket = Socket(client.receive, client.send, Ending())
        for _ in range(50):
            await socket.receive()
        beside.cancel()
        # One may seem not to have been waiting, where the machine was busy elsewhere just then.
        assert turns >= 25

    run(test)


def test_a_client_that_is_gone_is_told_by_an_exception_of_its_own() -> None:
    async def test() -> None:
        for error in (ConnectionResetError(), RuntimeError("Unexpected ASGI message")):
            client = Client(error=error)
            socket = Socket(client.receive, client.send, Ending())
            with pytest.raises(SocketGone):
                await socket.send("x")
            client.error = None
            await socket.end()
            assert client.sent == []

    run(test)


def test_a_socket_is_closed_with_what_its_client_can_act_on() -> None:
    async def test() -> None:
        for ending, failed, code in ((False, False, 1000), (False, True, 1011), (True, False, 1012)):
            client, told = Client(), Ending()
            socket = Socket(client.receive, client.send, told)
            if ending:
                told.tell()
            await socket.end(failed=failed)
            await socket.end()
            [closed] = client.sent
            assert (closed["type"], closed["code"]) == ("websocket.close", code)
            assert closed["reason"] == {1000: "", 1011: "the server failed", 1012: "reconnect"}[code]

    run(test)


def test_once_the_server_ends_nothing_more_is_read_and_the_socket_is_closed() -> None:
    async def test() -> None:
        client, ending = Client({"type": "websocket.disconnect", "code": 1012}), Ending()
        socket = Socket(client.receive, client.send, ending)
        ending.tell()
        assert await socket.receive() is None
        assert len(client.messages) == 1
        await socket.end()
        assert client.sent[0]["code"] == 1012
        waiting = Client()
        late = Ending()

        async def disconnected() -> dict[str, Any]:
            late.tell()
            return {"type": "websocket.disconnect", "code": 1012}

        socket = Socket(disconnected, waiting.send, late)
        assert await socket.receive() is None
        await socket.end()
        assert waiting.sent[0]["code"] == 1012

    run(test)
