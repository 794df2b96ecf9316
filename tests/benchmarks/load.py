"""A light load: keep-alive connections that send each prepared request when the previous reply has come.

It shares the machine with the servers it measures, so a request costs it a few microseconds and no parsing
beyond the length of a reply.
"""

import asyncio
import itertools
import math
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

Next = Callable[[bytes], tuple[bytes, bool]]
"""Maps the last reply, empty at first, to the next request and whether its time counts."""


class RefusedRequest(Exception):
    """A contender answered with another status than 200, so there is nothing to compare."""


@dataclass(frozen=True)
class Run:
    """One contender's round: the seconds of each counted request and of the whole."""

    latencies: list[float]
    elapsed: float
    processor_s: float = 0.0
    """Processor time that its processes took meanwhile, where somebody asked for it."""

    @property
    def processor_a_step(self) -> float:
        """Processor time for each counted request; what was not counted is in it."""
        return self.processor_s / len(self.latencies)


@dataclass(frozen=True)
class Player:
    """An agent that plays prepared actions, and resets when an episode has ended."""

    steps: Sequence[bytes]
    reset: bytes
    _position: Iterator[int] = field(default_factory=itertools.count)

    def __call__(self, reply: bytes) -> tuple[bytes, bool]:
        """The next request; only steps count."""
        if b'"terminated":true' in reply or b'"truncated":true' in reply:
            return self.reset, False
        return self.steps[next(self._position) % len(self.steps)], True


def request(path: str, body: bytes, **headers: str) -> bytes:
    """The bytes of a POST request."""
    lines = {"host": "127.0.0.1", "content-type": "application/json", "content-length": str(len(body)), **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def drive(port: int, players: Sequence[Next], seconds: float) -> Run:
    """Let every player play on its own connection for a number of seconds.

    The time begins when each has had its first reply: uvloop accepts one connection a turn of its loop, so that
    the last of 64 that come together to a busy server waits for 64 turns, which is no step's time.
    """
    return drive_at([(port, player) for player in players], seconds)


def drive_at(
    players: Sequence[tuple[int, Next]],
    seconds: float,
    connection: "type[Connection] | None" = None,
    processor: Callable[[], float] = float,
) -> Run:
    """The same with a port for each player, and perhaps another protocol than HTTP.

    `processor` tells the processor time that the contender has taken so far.
    """
    return asyncio.run(_drive(players, seconds, connection or Connection, processor))


async def _drive(
    players: Sequence[tuple[int, Next]],
    seconds: float,
    connection: "type[Connection]",
    processor: Callable[[], float],
) -> Run:
    loop = asyncio.get_running_loop()
    playing = [connection(player) for _, player in players]
    for (port, _), each in zip(players, playing, strict=True):
        await loop.create_connection(partial(_itself, each), "127.0.0.1", port)
    await asyncio.gather(*(each.ready for each in playing))
    taken, began = processor(), time.perf_counter()
    for each in playing:
        each.play(until=began + seconds)
    await asyncio.gather(*(each.finished for each in playing))
    elapsed = time.perf_counter() - began
    return Run([latency for each in playing for latency in each.latencies], elapsed, processor() - taken)


class Blocking:
    """One connection that waits for each reply."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> bytes:
        """The whole reply.

        Raises:
            RefusedRequest: it is not a 200.
        """
        self._socket.sendall(request)
        reply = b""
        while True:
            reply += self._socket.recv(1 << 20)
            head, found, body = reply.partition(b"\r\n\r\n")
            if found and len(body) >= _content_length(head):
                break
        if not reply.startswith(b"HTTP/1.1 200"):
            raise RefusedRequest(reply.decode("utf-8", "replace")[:500])
        return reply

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()


def _itself(connection: "Connection") -> "Connection":
    return connection


class Connection(asyncio.Protocol):
    """One connection of a player, over HTTP."""

    opening = 1
    """How many replies come before the time begins."""

    def __init__(self, player: Next) -> None:
        self.latencies: list[float] = []
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Whether the first replies, which are not counted, have come."""
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._player = player
        self._until = math.inf
        self._first = b""
        self._buffer = b""
        self._missing = 0
        self._counts = False
        self._sent = 0.0
        self._replies = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send(b"")

    def play(self, until: float) -> None:
        """Continue from the first reply."""
        self._until = until
        self._send(self._first)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        reply = self._whole_reply()
        if reply is None:
            return
        now = time.perf_counter()
        if not self._accepted(reply):
            self._end(RefusedRequest(reply.decode("utf-8", "replace")[:500]))
        elif not self.ready.done():
            self._replies += 1
            if self._replies < self.opening:
                self._send(reply)
            else:
                self._first = reply
                self.ready.set_result(None)
        else:
            if self._counts:
                self.latencies.append(now - self._sent)
            if now > self._until:
                self._end(None)
            else:
                self._send(reply)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.finished.done():
            self._end(error or ConnectionResetError("the server hung up"))

    def _whole_reply(self) -> bytes | None:
        """The reply, taken out of the buffer once it is whole."""
        if not self._missing:
            head, found, _ = self._buffer.partition(b"\r\n\r\n")
            if not found:
                return None
            self._missing = len(head) + 4 + _content_length(head)
        if len(self._buffer) < self._missing:
            return None
        reply, self._buffer, self._missing = self._buffer, b"", 0
        return reply

    def _accepted(self, reply: bytes) -> bool:
        return reply.startswith(b"HTTP/1.1 200")

    def _send(self, reply: bytes) -> None:
        request, self._counts = self._player(reply)
        self._sent = time.perf_counter()
        self._transport.write(request)

    def _end(self, error: Exception | None) -> None:
        if error is None:
            self.finished.set_result(None)
        else:
            waited_for = self.finished if self.ready.done() else self.ready
            waited_for.set_exception(error)
        self._transport.close()


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise RefusedRequest(f"a reply without a length: {head.decode('latin-1')}")
