"""One WebSocket in an event loop, which answers pings while nobody waits for it."""

import asyncio
import os
import ssl
from collections.abc import Callable, Mapping

from websockets.exceptions import InvalidState

from gymnasium_http.transport.frames import Frames


class AsyncWebSocket:
    """An open WebSocket of one event loop and, at a time, one task."""

    def __init__(self, incoming: "_Incoming") -> None:
        """Use `connect`."""
        self._incoming = incoming
        self._loop, self._pid = asyncio.get_running_loop(), os.getpid()

    @classmethod
    async def connect(
        cls,
        url: str,
        subprotocol: str,
        headers: Mapping[str, str],
        timeout: float,
        certificates: ssl.SSLContext | None,
    ) -> "AsyncWebSocket":
        """Connect to `url`, of the scheme ws or wss, within `timeout` seconds.

        Raises:
            Refused: the server opened none of this subprotocol.
            OSError: it cannot be reached, or did not answer in time.
        """
        incoming = _Incoming(url, subprotocol)
        uri = incoming.uri
        try:
            async with asyncio.timeout(timeout):
                await asyncio.get_running_loop().create_connection(
                    lambda: incoming, uri.host, uri.port, ssl=certificates if uri.secure else None
                )
                incoming.ask_to_open(headers)
                incoming.flush()
                while not incoming.has_opened():
                    await incoming.more()
        except BaseException:
            incoming.abort()
            raise
        return cls(incoming)

    def __del__(self) -> None:
        self.drop()  # the loop would keep the socket for ever

    async def asked(self, message: bytes, timeout: float) -> bytes:
        """Send a message, and return the next one that comes.

        Raises:
            Gone: the connection is lost. The message may have arrived.
            TimeoutError: nothing came within `timeout` seconds.
        """
        incoming = self._incoming
        try:
            incoming.send(message)
        except InvalidState:
            raise incoming.gone() from None
        incoming.flush()
        async with asyncio.timeout(timeout):
            while not incoming.messages:
                if incoming.is_over:
                    raise incoming.gone()
                await incoming.more()
        return incoming.messages.popleft()

    def close(self) -> None:
        """Close the connection, and do not wait for the server's word."""
        self._in_the_loop(self._incoming.end)

    def drop(self) -> None:
        """Close this end without a word."""
        self._in_the_loop(self._incoming.abort)

    def _in_the_loop(self, call: Callable[[], None]) -> None:
        """Make a call where the socket is at home: by any thread, of which one may collect garbage."""
        # A forked process shares what its parent's loop listens to, and leaves that alone.
        if self._pid != os.getpid() or self._loop.is_closed():
            return
        if running_loop() is self._loop:
            call()
        else:
            self._loop.call_soon_threadsafe(call)


def running_loop() -> asyncio.AbstractEventLoop | None:
    """The event loop that runs in this thread, if one does."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


class _Incoming(Frames, asyncio.Protocol):
    """What the event loop tells of a connection."""

    _transport: asyncio.Transport | None = None
    _waiter: asyncio.Future[None] | None = None

    async def more(self) -> None:
        """Wait until something came, or the connection ended."""
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def flush(self) -> None:
        """Send what is to be sent, if there still is a connection."""
        for data in self.to_send():
            if self._transport is not None and not self._transport.is_closing():
                self._transport.write(data)

    def end(self) -> None:
        """Say that it is closed, and close when that is sent."""
        self.send_close()
        self.flush()
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        self.receive(data)
        self.flush()
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        """End, for those who wait too."""
        self._transport = None
        if not self.is_over:
            self.receive(b"")
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
