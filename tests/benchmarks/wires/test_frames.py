"""The load of WebSockets reads whole replies, however they come, and counts steps alone."""

import asyncio
import json
import math

from tests.benchmarks.wires.frames import Keyed, SocketConnection, SocketPlayer, frame, handshake, openenvs, plain


class Transport(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.sent: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent.append(bytes(data))

    def close(self) -> None:
        pass


def reply(content: bytes) -> bytes:
    size = len(content)
    return (bytes((0x81, size)) if size < 126 else b"\x81\x7e" + size.to_bytes(2, "big")) + content


def test_replies_are_read_whole_between_pings_and_only_steps_count() -> None:
    async def test() -> None:
        step, reset = plain("step", {"action": 1}), plain("reset", {})
        player = SocketPlayer("/ws", lambda _: (step, True), lambda: reset)
        session, transport = SocketConnection(player), Transport()
        session.connection_made(transport)
        for data in (b"HTTP/1.1 101 Switching\r\nupgrade: web", b"socket\r\n\r\n"):
            session.data_received(data)
        assert not session.ready.done(), "the episode has not begun"
        session.data_received(reply(b"{}"))
        assert session.ready.done()
        session.play(math.inf)
        long = b'{"reward":1,"x":"' + b"x" * 200 + b'"}'
        for data in (
            reply(long)[:50],
            reply(long)[50:],
            b"\x89\x02hi" + reply(b'{"data":{"done":true}}'),
            reply(b"{}"),
        ):
            session.data_received(data)
        assert transport.sent == [handshake("/ws"), reset, step, step, b"\x8a\x82\0\0\0\0hi", reset, step]
        assert len(session.latencies) == 2
        session.data_received(reply(b'{"problem":{}}'))
        assert session.finished.exception() is not None

    asyncio.run(test())


def content_of(sent: bytes) -> object:
    begin = 8 if sent[1] & 127 == 126 else 6
    return json.loads(sent[begin:])


def test_each_keyed_message_has_a_key_of_its_own_and_acknowledges_the_one_before() -> None:
    made = Keyed("player")
    first, second = made("step", {"action": 1}), made("step", {"action": 1})
    assert content_of(first) == {"id": 1, "call": "step", "key": "player-1", "ack": 0, "action": 1}
    assert content_of(second) == {"id": 2, "call": "step", "key": "player-2", "ack": 1, "action": 1}


def test_messages_are_framed_whatever_their_length() -> None:
    assert content_of(openenvs("step", {"action": 1})) == {"type": "step", "data": {"action": 1}}
    assert content_of(frame({"x": "y" * 300})) == {"x": "y" * 300}
