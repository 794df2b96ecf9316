"""Calls on one instance over a WebSocket that stays open, where the server has sessions.

A call that a session cannot answer is made over HTTP with the same key, which knows when to try again and for how
long. The server knows the key over both, so that a call is applied once whichever has carried it.
"""

from typing import Any

from gymnasium_http.transport import exact
from gymnasium_http.transport.caller import Caller
from gymnasium_http.transport.frames import Gone, Refused, Talk
from gymnasium_http.transport.messages import SUBPROTOCOL, error_in_message, message, without_envelope
from gymnasium_http.transport.retries import passes

_LONGEST_BYTES = 1 << 20
"""Longer bodies go over HTTP, which says what is too long: a session may end over them."""


class NoReply(Exception):
    """The session has no reply to give. The call may have been applied; its key makes it harmless to repeat."""


class Session:
    """One instance's calls. Threads or tasks wait for one another.

    A forked process opens a connection of its own, and so does another event loop.
    """

    def __init__(self, connection: Caller, instance_id: str) -> None:
        """Prepare a session. It is opened by the first call."""
        self.connection = connection
        self._path = f"/v1/envs/{instance_id}/session/"
        self._own = _Own(connection)

    @property
    def is_open(self) -> bool:
        """Whether this process and event loop has it open, as far as it knows."""
        return self._own.socket is not None and self._own.here == self.connection.here()

    async def call(self, name: str, content: bytes | None, key: str) -> dict[str, Any]:
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
        own = self._own_of_this_place()
        async with own.lock:
            # One that was idle may have been closed meanwhile, which is seen only now.
            tries = 1 if own.socket is None else 2
            for _ in range(tries):
                reply = await self._asked(own, name, content, key)
                if reply is not None:
                    break
            else:
                raise NoReply
        error = error_in_message(reply)
        if error is None:
            return without_envelope(reply)
        if passes(error):
            raise NoReply from error
        raise error

    def close(self) -> None:
        """Close the connection, if this process has one open. The next call opens another."""
        own, self._own = self._own, _Own(self.connection)
        if own.socket is None:
            return
        if own.here == self.connection.here():
            own.socket.close()
        else:
            own.socket.drop()

    def _own_of_this_place(self) -> "_Own":
        own = self._own
        if own.here != self.connection.here():
            if own.socket is not None:
                own.socket.drop()
            own = self._own = _Own(self.connection)
        return own

    async def _asked(self, own: "_Own", name: str, content: bytes | None, key: str) -> dict[str, Any] | None:
        """The server's word; None where the connection is lost, or none can be had.

        Raises:
            NoReply: it did not come in time.
        """
        if own.socket is None:
            own.socket = await self._opened()
        socket, own.socket = own.socket, None
        if socket is None:
            return None
        try:
            own.number += 1
            sent = message(own.number, own.acknowledged, name, content, key)
            reply: dict[str, Any] = exact.unpack(await socket.asked(sent, self.connection.timeout))
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

    async def _opened(self) -> Talk | None:
        try:
            return await self.connection.websocket(self._path, SUBPROTOCOL)
        except (Refused, OSError) as error:  # HTTP meets the same, and says so
            self.connection.note_refusal(error)
        return None


class _Own:
    """What belongs to one process, and in it to one event loop if there is one."""

    def __init__(self, connection: Caller) -> None:
        self.here = connection.here()
        self.lock = connection.lock()
        self.socket: Talk | None = None
        self.number = 0
        """Of the last message."""
        self.acknowledged: int | None = None
        """Of the last one that was answered."""
