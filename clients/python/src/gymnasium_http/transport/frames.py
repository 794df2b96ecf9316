"""The client's end of a WebSocket as bytes in and bytes out, whoever moves them: it knows no socket.

The protocol is that of `websockets`, without its threads and tasks.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Protocol

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidHandshake, InvalidStatus, InvalidURI
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.typing import Subprotocol
from websockets.uri import WebSocketURI, parse_uri


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


class Talk(Protocol):
    """An open WebSocket."""

    async def asked(self, message: bytes, timeout: float) -> bytes:
        """The next message that comes after this one was sent; raises `Gone` or TimeoutError."""

    def close(self) -> None:
        """Close it, and do not wait for the server's word."""

    def drop(self) -> None:
        """Close this end without a word."""


class Frames:
    """One WebSocket: what was received, and what is to be sent."""

    def __init__(self, url: str, subprotocol: str) -> None:
        """Prepare a connection to `url`, of the scheme ws or wss.

        Raises:
            Refused: it is no such URL.
        """
        try:
            self.uri: WebSocketURI = parse_uri(url)
        except InvalidURI:
            raise Refused(0) from None
        self._protocol = ClientProtocol(self.uri, subprotocols=[Subprotocol(subprotocol)], max_size=None)
        self._wanted = subprotocol
        self.messages: deque[bytes] = deque()
        """The whole ones that have come, oldest first."""
        self._parts: list[bytes] = []
        self._ended = False

    def ask_to_open(self, headers: Mapping[str, str]) -> None:
        """Begin the handshake."""
        request = self._protocol.connect()
        for name, value in headers.items():
            request.headers[name] = value
        self._protocol.send_request(request)

    def has_opened(self) -> bool:
        """Whether the handshake is over.

        Raises:
            Refused: the server opened none of this subprotocol.
            ConnectionError: the connection ended before.
        """
        error = self._protocol.handshake_exc
        if isinstance(error, InvalidStatus):
            raise Refused(error.response.status_code)
        if self._ended:
            raise ConnectionError("The connection was closed in the handshake.")
        if isinstance(error, InvalidHandshake):
            raise Refused(0)
        if error is not None:
            raise ConnectionError(str(error))
        if self._protocol.state is State.CONNECTING:
            return False
        if self._protocol.subprotocol != self._wanted:
            raise Refused(0)
        return True

    def send(self, message: bytes) -> None:
        """Send a message.

        Raises:
            InvalidState: the connection is closed or closing.
        """
        self._protocol.send_binary(message)

    def send_close(self) -> None:
        """Say that the connection is closed, if it is open."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(1000)

    def receive(self, data: bytes) -> None:
        """Take what came; nothing is its end. There may then be more to be sent, such as a pong."""
        if data:
            self._protocol.receive_data(data)
        else:
            self._ended = True
            self._protocol.receive_eof()
        for event in self._protocol.events_received():
            if isinstance(event, Frame) and event.opcode in (Opcode.BINARY, Opcode.CONT):
                self._parts.append(bytes(event.data))
                if event.fin:
                    self.messages.append(b"".join(self._parts))
                    self._parts.clear()

    def to_send(self) -> Iterator[bytes]:
        """The bytes to be sent now."""
        return filter(None, self._protocol.data_to_send())

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self._ended or self._protocol.close_rcvd is not None

    def gone(self) -> Gone:
        """The error that says so, with the server's code."""
        closed = self._protocol.close_rcvd
        return Gone(0 if closed is None else closed.code)
