"""uvicorn's WebSocket protocol with bounds on what a client may leave unread or unfinished, and an orderly end.

uvicorn waits for ever for a client to read, also to close the connection, and answers pings meanwhile. Told to
end, it closes at once, so that the reply to a call under way is lost.
"""

import asyncio
import logging
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from functions.unread import Unread

MOST_AHEAD = 32
"""Messages that may wait to be answered. The client's next ones stay with it."""

_SHORT_BYTES = 16_384
"""After a longer message no other is read until it is taken."""

_CLOSING_S = 2.0
"""Seconds that a client has to answer a close."""

_RESTARTED = 1012

# Not below uvicorn's own, whose levels uvicorn sets. Of a connection the application writes its own line.
_log = logging.getLogger(__name__)
_log.setLevel(logging.WARNING)


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """One connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger = self.conn.logger = _log
        self.close_timeout = _CLOSING_S

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The handshake has come."""
        super().connection_made(transport)
        self._unread = Unread(self.loop, transport)

    def pause_writing(self) -> None:
        """The client does not keep up: give it some time, and read nothing more of it, not even pings."""
        super().pause_writing()
        self.transport.pause_reading()
        self._unread.begin()

    def resume_writing(self) -> None:
        """The client has caught up."""
        super().resume_writing()
        self._unread.end()
        if not self.read_paused and not self.transport.is_closing():
            self.transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._unread.end()
        super().connection_lost(exc)

    def handle_cont(self, event: Frame) -> None:
        """A part of a message. Parts without content are no parts: endless ones would be kept one by one."""
        if event.data or event.fin:
            super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        """A whole message has come. uvicorn stops reading after each one, which takes system calls every time."""
        size = sum(map(len, self.frames))
        was_paused, self.read_paused = self.read_paused, True
        super().send_receive_event_to_app()
        self.read_paused = was_paused
        if not was_paused and (size > _SHORT_BYTES or self.queue.qsize() >= MOST_AHEAD):
            self.read_paused = True
            self.transport.pause_reading()

    def keepalive_timeout(self) -> None:
        """No answer to a ping. While messages wait for a long call, nothing is read, and no answer either."""
        if self.read_paused:
            self.stop_keepalive()
            self.schedule_ping()
        else:
            super().keepalive_timeout()

    def shutdown(self) -> None:
        """The server ends: tell the application, which closes the socket once the call under way is answered."""
        if self.handshake_complete and not self.close_sent:
            self.stop_keepalive()
            self.queue.put_nowait({"type": "websocket.disconnect", "code": _RESTARTED})
        else:
            super().shutdown()
