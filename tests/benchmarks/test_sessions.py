"""The load of sessions reads whole replies, however they come, and counts steps alone."""

import asyncio
import math

from tests.benchmarks.load import Player
from tests.benchmarks.sessions import Cost, Session, SessionPlayer, message, rows


class Transport(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.sent: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent.append(bytes(data))

    def close(self) -> None:
        pass


def frame(content: bytes) -> bytes:
    size = len(content)
    return (bytes((0x81, size)) if size < 126 else b"\x81\x7e" + size.to_bytes(2, "big")) + content


def test_replies_are_read_whole_between_pings_and_only_steps_count() -> None:
    async def test() -> None:
        steps, reset = [message("step", {"action": 1})], message("reset", {})
        session, transport = Session(SessionPlayer(b"GET / ...", Player(steps, reset))), Transport()
        session.connection_made(transport)
        for data in (b"HTTP/1.1 101 Switching\r\nupgrade: web", b"socket\r\n\r\n"):
            session.data_received(data)
        assert session.ready.done()
        session.play(math.inf)
        long = b'{"reward":1,"x":"' + b"x" * 200 + b'"}'
        for data in (
            frame(long)[:50],
            frame(long)[50:],
            b"\x89\x02hi" + frame(b'{"terminated":true}'),
            frame(b"{}"),
        ):
            session.data_received(data)
        assert transport.sent == [b"GET / ...", *steps, *steps, b"\x8a\x82\0\0\0\0hi", reset, *steps]
        assert len(session.latencies) == 2
        session.data_received(frame(b'{"problem":{}}'))
        assert session.finished.exception() is not None

    asyncio.run(test())


def test_a_row_has_both_ways_and_their_ratios() -> None:
    assert rows([Cost(64, 400e-6, 300e-6, 500e-6, 250e-6)]) == [["64", "400", "300", "0.75", "500", "250", "0.50"]]
