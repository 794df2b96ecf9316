"""uvicorn's HTTP protocol with bounds on what a client may leave unfinished or unread.

httptools keeps a header until its end has come, and uvicorn waits for that end for ever. Nothing of a request is
known by then, no API key either. So what is neither body nor ended is counted here, and timed.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from functions.unread import Unread
from shared.web.protocol.problems import HEADERS_TOO_LARGE, REQUEST_TOO_LATE, ProblemKind, problem_response

MOST_HEADER_BYTES = 65_536
"""Bytes of a request line and headers, of a chunk's extensions, or of trailers."""

HEADERS_S = 10.0
"""Seconds for a request line and headers to arrive, from the connection or the first byte on."""

REQUEST_S = 60.0
"""Seconds for a whole request to arrive."""


_LINGER_S = 1.0
"""Seconds in which what a refused client still sends is thrown away."""


_JUST_MADE_S = 0.2
"""A connection that is younger may have its first request on the way when the server ends."""


class _TooManyHeaders(Exception):
    """Raised in the parser, which passes it on as an error of its own."""


class BoundedHttp(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._unfinished = 0
        """Bytes received since the parser last handed over a head, a part of a body or an end."""
        self._header_bytes = 0
        self._awaited = True
        """Whether a request has begun and not ended; the first one begins with the connection."""
        self._has_head = False
        self._began = self.loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self._refused = False
        self._ending = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request, but not for ever."""
        super().connection_made(transport)
        self._unread = Unread(self.loop, transport)
        self._timer = self.loop.call_later(HEADERS_S, self._late)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._end_timer()
        self._unread.end()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client does not keep up with the reply."""
        super().pause_writing()
        self._unread.begin()

    def resume_writing(self) -> None:
        """The client has caught up."""
        super().resume_writing()
        if not self.transport.is_closing():
            self._unread.end()

    def on_response_complete(self) -> None:
        """The reply is sent, and the connection with it if this was the last one."""
        super().on_response_complete()
        if self.transport.is_closing():
            self._watch_the_end()

    def timeout_keep_alive_handler(self) -> None:
        """No other request has come."""
        super().timeout_keep_alive_handler()
        self._watch_the_end()

    def shutdown(self) -> None:
        """Close after the reply to what was asked, or was just about to be."""
        left = _JUST_MADE_S - (self.loop.time() - self._began)
        if self.cycle is None and left > 0 and not self._refused:
            self._ending = True
            self.loop.call_later(left, super().shutdown)
        else:
            super().shutdown()
            self._watch_the_end()

    def data_received(self, data: bytes) -> None:
        """Parse the data; refuse what grows without an end."""
        if self._refused or self.transport.is_closing():
            return
        self._unfinished += len(data)
        super().data_received(data)
        if self._refused or self.transport.is_closing():
            return
        if self._unfinished > MOST_HEADER_BYTES:
            self._refuse_headers()
        elif not self._awaited:
            self._end_timer()
        elif self._timer is None:
            self._timer = self.loop.call_later(HEADERS_S, self._late)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._awaited, self._has_head, self._header_bytes, self._began = True, False, 0, self.loop.time()
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """A part of the request line."""
        self._count(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A whole header, or a trailer, many of which may come in one piece."""
        self._count(name, value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head has come; the application is called."""
        self._unfinished, self._has_head = 0, True
        super().on_headers_complete()
        if self._ending and self.cycle is not None:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """A part of the body, whose bound is the application's."""
        self._unfinished = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request has come in whole."""
        self._unfinished, self._awaited = 0, False
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """Another protocol has the connection from here on, and may have closed it already."""
        self._awaited = False
        self._end_timer()
        self._unread.end()
        super().handle_websocket_upgrade()

    def send_400_response(self, msg: str) -> None:
        """The parser failed: over the bound, or over what is not HTTP."""
        if self._header_bytes > MOST_HEADER_BYTES:
            self._refuse_headers()
        else:
            super().send_400_response(msg)

    def _count(self, *parts: bytes) -> None:
        self._header_bytes += sum(map(len, parts))
        if self._header_bytes > MOST_HEADER_BYTES:
            raise _TooManyHeaders

    def _late(self) -> None:
        """Some of the request is still missing."""
        self._timer = None
        if self.transport.is_closing():
            return
        left = (REQUEST_S if self._has_head else HEADERS_S) - (self.loop.time() - self._began)
        if left > 0 or self.flow.read_paused:
            self._timer = self.loop.call_later(max(left, 1.0), self._late)
        else:
            self._refuse(REQUEST_TOO_LATE, "The request did not arrive in time; send it again in one go.")

    def _refuse_headers(self) -> None:
        self._refuse(
            HEADERS_TOO_LARGE,
            f"The request's line and headers are over {MOST_HEADER_BYTES} bytes; send fewer or shorter ones.",
        )

    def _refuse(self, kind: ProblemKind, detail: str) -> None:
        """End the connection, with a problem unless the reply to a request is on its way."""
        self._end_timer()
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            response = problem_response(kind, detail, {"Connection": "close"})
            head = b"".join(b"%b: %b\r\n" % header for header in response.raw_headers)
            line = f"HTTP/1.1 {kind.status:d} {kind.status.phrase}\r\n".encode()
            self.transport.write(line + head + b"\r\n" + bytes(response.body))
        self._refused = True
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        # To close with bytes unread resets the connection, and the client loses the reply.
        self.flow.resume_reading()
        if self.transport.can_write_eof():  # not under TLS
            self.transport.write_eof()
        self._timer = self.loop.call_later(_LINGER_S, self._close)

    def _close(self) -> None:
        self.transport.close()
        self._watch_the_end()

    def _watch_the_end(self) -> None:
        """A transport that closes waits until all is read, also where that is too little to pause it."""
        if self.transport.is_closing() and self.transport.get_write_buffer_size():
            self._unread.begin()

    def _end_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
