"""Calls on one instance over a WebSocket that stays open, where the server has sessions.

A call that a session cannot answer is made over HTTP with the same key, which knows when to try again and for how
long. The server knows the key over both, so that a call is applied once whichever has carried it.
"""

import os
import threading
from typing import Any

import msgpack

from gymnasium_http.errors import GymHTTPError
from gymnasium_http.transport import exact
from gymnasium_http.transport.connection import Connection
from gymnasium_http.transport.replies import error_of
from gymnasium_http.transport.retries import passes
from gymnasium_http.transport.websocket import Gone, Refused, WebSocket

SUBPROTOCOL = "gymnasium.v1.msgpack"

_LONGEST_BYTES = 1 << 20
"""Longer bodies go over HTTP, which says what is too long: a session may end over them."""

_OF_ENVELOPE = ("id", "revision", "replayed", "warning")


class NoReply(Exception):
    """The session has no reply to give. The call may have been applied; its key makes it harmless to repeat."""


class Session:
    """One instance's calls. Threads wait for one another; a forked process opens a connection of its own."""

    def __init__(self, connection: Connection, instance_id: str) -> None:
        """Prepare a session. It is opened by the first call."""
        self.connection = connection
        self._path = f"/v1/envs/{instance_id}/session/"
        self._own = _Own()

    @property
    def is_open(self) -> bool:
        """Whether this process has it open, as far as it knows."""
        return self._own.pid == os.getpid() and self._own.socket is not None

    def call(self, name: str, content: bytes | None, key: str) -> dict[str, Any]:
        """Make a call that is applied once, and return its reply.

        Args:
            name: What messages call it.
            content: The body, a map from `exact.pack`.
            key: The idempotency key.

        Raises:
            NoReply: there is no session, it was lost, or waiting may cure what the server answered.
            GymHTTPError: the call was refused.
        """
        if not self.connection.may_have_sessions or (content is not None and len(content) > _LONGEST_BYTES):
            raise NoReply
        own = self._own_of_this_process()
        with own.lock:
            # One that was idle may have been closed meanwhile, which is seen only now.
            tries = 1 if own.socket is None else 2
            for _ in range(tries):
                reply = self._asked(own, name, content, key)
                if reply is not None:
                    break
            else:
                raise NoReply
        problem = reply.get("problem")
        if problem is not None:
            error = _error_of(problem)
            if passes(error):
                raise NoReply from error
            raise error
        for member in _OF_ENVELOPE:
            reply.pop(member, None)
        return reply

    def close(self) -> None:
        """Close the connection, if this process has one open. The next call opens another."""
        own, self._own = self._own, _Own()
        if own.socket is not None:
            if own.pid == os.getpid():
                own.socket.close()
            else:
                own.socket.drop()

    def _own_of_this_process(self) -> "_Own":
        own = self._own
        if own.pid != os.getpid():
            if own.socket is not None:
                own.socket.drop()
            own = self._own = _Own()
        return own

    def _asked(self, own: "_Own", name: str, content: bytes | None, key: str) -> dict[str, Any] | None:
        """The server's word; None where the connection is lost, or none can be had.

        Raises:
            NoReply: it did not come in time.
        """
        if own.socket is None:
            own.socket = self._opened()
        socket, own.socket = own.socket, None
        if socket is None:
            return None
        try:
            own.number += 1
            reply: dict[str, Any] = exact.unpack(
                socket.ask(_message(own, name, content, key), self.connection.timeout)
            )
        except Gone:
            socket.drop()
            return None
        except TimeoutError:
            socket.drop()
            raise NoReply from None
        except BaseException:
            socket.drop()
            raise
        # Given back only now: what was interrupted may still have a reply on its way.
        own.socket, own.acknowledged = socket, own.number
        return reply

    def _opened(self) -> WebSocket | None:
        try:
            return self.connection.websocket(self._path, SUBPROTOCOL)
        except (Refused, OSError) as error:  # HTTP meets the same, and says so
            self.connection.note_refusal(error)
        return None


class _Own:
    """What belongs to one process."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.lock = threading.Lock()
        self.socket: WebSocket | None = None
        self.number = 0
        """Of the last message."""
        self.acknowledged: int | None = None
        """Of the last one that was answered."""


def _message(own: _Own, name: str, content: bytes | None, key: str) -> bytes:
    """The body with the envelope before it."""
    envelope: dict[str, Any] = {"id": own.number, "call": name, "key": key}
    if own.acknowledged is not None:
        envelope["ack"] = own.acknowledged
    packed: bytes = msgpack.packb(envelope)
    if content is None:
        return packed
    if content[0] & 0xF0 == 0x80:  # up to 15 members
        count, begin = content[0] & 15, 1
    else:
        count, begin = int.from_bytes(content[1:3], "big"), 3
    count += len(envelope)
    head = bytes((0x80 | count,)) if count < 16 else b"\xde" + count.to_bytes(2, "big")
    return head + packed[1:] + content[begin:]


def _error_of(problem: dict[str, Any]) -> GymHTTPError:
    waits = problem.get("retry_after")
    return error_of(problem.get("status", 0), problem, None if waits is None else str(waits))
