"""One open WebSocket, as whoever serves it sees it: messages in order, until the client or the server ends.

Nothing here has an unbounded queue: a message is only read once the one before it was answered, and a reply that
the client does not read holds up its own connection alone. `functions/unread.py` cuts off who never
reads.
"""

import asyncio
import time

from starlette.types import Message, Receive, Send

from shared.web.service.ending import Ending

RECONNECT = 1012
"""The code with which a server closes that is restarted (IANA's registry of WebSocket close codes)."""

_NORMAL, _FAILED = 1000, 1011

_AT_ONCE_S = 50e-6
"""A message that came sooner was waiting already: the event loop had no turn while it was received."""


class SocketGone(Exception):
    """The client is gone, or the socket was closed: nothing can be sent any more."""


class Socket:
    """An open WebSocket."""

    def __init__(self, receive: Receive, send: Send, ending: Ending) -> None:
        self._receive = receive
        self._send = send
        self._ending = ending
        self._open = True

    async def receive(self) -> str | bytes | None:
        """The next message; None once the client is gone or this server was told to end.

        Others have a turn on the event loop before it, also where the client has sent many messages ahead.
        """
        if self._ending.told:
            return None
        began = time.perf_counter()
        message = await self._receive()
        if time.perf_counter() - began < _AT_ONCE_S:
            await asyncio.sleep(0)
        if message["type"] == "websocket.disconnect":
            # Where it is the server that ends, the connection is still there to be closed in order.
            self._open = self._ending.told
            return None
        text: str | None = message.get("text")
        return message["bytes"] if text is None else text

    async def send(self, message: str | bytes) -> None:
        """Send a message, as text or as bytes. Waits while the client does not read.

        Raises:
            SocketGone: the client is gone.
        """
        kind = "text" if isinstance(message, str) else "bytes"
        await self._deliver({"type": "websocket.send", kind: message})

    async def end(self, *, failed: bool = False) -> None:
        """Close the socket if it is open: with 1012 where this server ends, so that the client connects again."""
        if not self._open:
            return
        self._open = False
        code, reason = (_FAILED, "the server failed") if failed else (_NORMAL, "")
        if self._ending.told:
            code, reason = RECONNECT, "reconnect"
        try:
            await self._deliver({"type": "websocket.close", "code": code, "reason": reason})
        except SocketGone:
            return

    async def _deliver(self, message: Message) -> None:
        try:
            await self._send(message)
        except (OSError, RuntimeError) as error:  # what servers raise, by ASGI, where the client is gone
            self._open = False
            raise SocketGone from error
