"""The load's WebSockets: whole frames out, whole replies in."""

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.load import Connection, Next

_TEXT, _PING, _PONG = 1, 9, 10

Message = Callable[[str, dict[str, Any]], bytes]
"""From a call and its body to the frame that a client sends for it."""


class SocketConnection(Connection):
    """One WebSocket of a player, whose requests are whole frames: a handshake, a reset, then what it plays."""

    opening = 2
    _open = False

    def _whole_reply(self) -> bytes | None:
        if not self._open:
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if not found:
                return None
            self._open, self._buffer = True, rest
            return head
        size, begin = _size(self._buffer)
        if len(self._buffer) < begin + size:
            return None
        kind = self._buffer[0] & 15
        reply, self._buffer = self._buffer[begin : begin + size], self._buffer[begin + size :]
        if kind != _PING:
            return reply
        self._transport.write(_masked(_PONG, reply))
        return self._whole_reply()

    def _accepted(self, reply: bytes) -> bool:
        return not (b'"problem":' in reply or b'"type":"error"' in reply or reply.startswith(b"HTTP/1.1 4"))


class SocketPlayer:
    """An agent on a WebSocket: the handshake, then a reset, then its steps, with a reset after each episode."""

    def __init__(self, path: str, step: Next, reset: Callable[[], bytes]) -> None:
        self._handshake = handshake(path)
        self._step = step
        self._reset = reset
        self.restart()

    def restart(self) -> None:
        """Begin with the handshake again."""
        self._sent = 0

    def __call__(self, reply: bytes) -> tuple[bytes, bool]:
        self._sent += 1
        if self._sent == 1:
            return self._handshake, False
        if self._sent == 2 or has_ended(reply):
            return self._reset(), False
        return self._step(reply)


@dataclass
class Keyed:
    """Messages of a session as the Python client sends them: each with a key, and with what has arrived."""

    name: str
    """What no other player is called: its keys begin with it."""
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __call__(self, call: str, body: dict[str, Any]) -> bytes:
        number = next(self._numbers)
        envelope = {"id": number, "call": call, "key": f"{self.name}-{number}", "ack": number - 1}
        return frame({**envelope, **body})


def plain(call: str, body: dict[str, Any]) -> bytes:
    """A message of a session without a key."""
    return frame({"id": 1, "call": call, **body})


def openenvs(call: str, body: dict[str, Any]) -> bytes:
    """A message of OpenEnv's clients."""
    return frame({"type": call, "data": body})


def has_ended(reply: bytes) -> bool:
    """Whether an episode has ended, whoever says it."""
    return any(flag in reply for flag in (b'"terminated":true', b'"truncated":true', b'"done":true'))


def handshake(path: str) -> bytes:
    """The request to open a WebSocket at the path."""
    return (
        f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
        "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    ).encode()


def frame(message: dict[str, Any]) -> bytes:
    """A message as a frame of a client, whose mask of zeros changes nothing."""
    return _masked(_TEXT, json.dumps(message).encode())


def _masked(kind: int, content: bytes) -> bytes:
    length = bytes((0x80 | len(content),)) if len(content) < 126 else b"\xfe" + len(content).to_bytes(2, "big")
    return bytes((0x80 | kind,)) + length + bytes(4) + content


def _size(received: bytes) -> tuple[int, int]:
    """How long a server's frame is, and where its content begins; endless, where that is not told yet."""
    if len(received) < 4:
        return 1 << 62, 2
    short = received[1] & 127
    return (int.from_bytes(received[2:4], "big"), 4) if short == 126 else (short, 2)
