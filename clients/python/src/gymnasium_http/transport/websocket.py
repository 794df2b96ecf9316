"""One WebSocket over a blocking socket: the protocol is that of `websockets`, without its threads.

A call over it takes a tenth of the processor time that one over HTTPX takes.
"""

import socket
import ssl
import time
from collections import deque
from collections.abc import Mapping

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidHandshake, InvalidState, InvalidStatus, InvalidURI
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

_READ_BYTES = 1 << 16


class Refused(Exception):
    """The server did not open a WebSocket. `status` is that of its reply; 0 if it has none that can be read."""

    def __init__(self, status: int) -> None:
        super().__init__(f"The server answered {status}.")
        self.status = status


class Gone(Exception):
    """The connection is lost or closed. `code` is the one that the server closed it with; 0 without one."""

    def __init__(self, code: int = 0) -> None:
        super().__init__(f"The connection is closed ({code}).")
        self.code = code


class WebSocket:
    """An open WebSocket of one process and, at a time, one thread."""

    def __init__(
        self,
        url: str,
        subprotocol: str,
        headers: Mapping[str, str],
        timeout: float,
        certificates: ssl.SSLContext | None,
    ) -> None:
        """Connect to `url`, of the scheme ws or wss, within `timeout` seconds.

        Raises:
            Refused: the server opened none of this subprotocol.
            OSError: it cannot be reached, or did not answer in time.
        """
        try:
            uri = parse_uri(url)
        except InvalidURI:
            raise Refused(0) from None
        self._protocol = ClientProtocol(uri, subprotocols=[Subprotocol(subprotocol)], max_size=None)
        self._messages: deque[bytes] = deque()
        self._parts: list[bytes] = []
        deadline = time.monotonic() + timeout
        self._socket = socket.create_connection((uri.host, uri.port), timeout)
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if uri.secure:
                assert certificates is not None  # the caller's for this scheme
                self._socket = certificates.wrap_socket(self._socket, server_hostname=uri.host)
            self._shake_hands(headers, deadline)
            if self._protocol.subprotocol != subprotocol:
                raise Refused(0)
        except BaseException:
            self._socket.close()
            raise

    def __del__(self) -> None:
        if hasattr(self, "_socket"):
            self._socket.close()

    def ask(self, message: bytes, timeout: float) -> bytes:
        """Send a message, and return the next one that comes.

        Raises:
            Gone: the connection is lost. The message may have arrived.
            TimeoutError: nothing came within `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        try:
            self._protocol.send_binary(message)
            self._socket.settimeout(timeout)
            self._flush()
            while not self._messages:
                self._read(deadline)
        except TimeoutError:
            raise
        except (OSError, InvalidState):  # a close may have come with the reply before
            closed = self._protocol.close_rcvd
            raise Gone(0 if closed is None else closed.code) from None
        return self._messages.popleft()

    def close(self) -> None:
        """Close the connection, and do not wait for the server's word."""
        try:
            if self._protocol.state is State.OPEN:
                self._protocol.send_close(1000)
                self._socket.settimeout(0)
                self._flush()
        except OSError:
            pass  # it is closed below all the same
        self.drop()

    def drop(self) -> None:
        """Close this process's end without a word, as one must whose parent uses the same connection."""
        self._socket.close()

    def _shake_hands(self, headers: Mapping[str, str], deadline: float) -> None:
        request = self._protocol.connect()
        for name, value in headers.items():
            request.headers[name] = value
        self._protocol.send_request(request)
        self._flush()
        while self._protocol.state is State.CONNECTING:
            try:
                self._read(deadline)
            except Gone:
                raise ConnectionError("The connection was closed in the handshake.") from None
            error = self._protocol.handshake_exc
            if isinstance(error, InvalidStatus):
                raise Refused(error.response.status_code)
            if isinstance(error, InvalidHandshake):
                raise Refused(0)
            if error is not None:
                raise ConnectionError(str(error))

    def _read(self, deadline: float) -> None:
        """Read once, and take what has come."""
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)
        data = self._socket.recv(_READ_BYTES)
        if data:
            self._protocol.receive_data(data)
        else:
            self._protocol.receive_eof()
        for event in self._protocol.events_received():
            if isinstance(event, Frame):
                self._take(event)
        self._flush()  # a pong, or the answer to a close
        if not self._messages and (not data or self._protocol.close_rcvd is not None):
            raise Gone(self._protocol.close_rcvd.code if self._protocol.close_rcvd is not None else 0)

    def _take(self, frame: Frame) -> None:
        if frame.opcode in (Opcode.BINARY, Opcode.CONT):
            self._parts.append(bytes(frame.data))
            if frame.fin:
                self._messages.append(b"".join(self._parts))
                self._parts.clear()

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._socket.sendall(data)
