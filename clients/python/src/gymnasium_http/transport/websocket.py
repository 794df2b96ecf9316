"""One WebSocket over a blocking socket. A call over it takes a tenth of the processor time of one over HTTPX."""

import socket
import ssl
import time
from collections.abc import Mapping

from websockets.exceptions import InvalidState

from gymnasium_http.transport.frames import Frames

_READ_BYTES = 1 << 16


class WebSocket(Frames):
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
        super().__init__(url, subprotocol)
        deadline = time.monotonic() + timeout
        self._socket = socket.create_connection((self.uri.host, self.uri.port), timeout)
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.uri.secure:
                assert certificates is not None  # the caller's for this scheme
                self._socket = certificates.wrap_socket(self._socket, server_hostname=self.uri.host)
            self.ask_to_open(headers)
            self._flush()
            while not self.has_opened():
                self._read(deadline)
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
            self.send(message)
            self._socket.settimeout(timeout)
            self._flush()
            while not self.messages:
                self._read(deadline)
                if self.is_over and not self.messages:
                    raise self.gone()
        except TimeoutError:
            raise
        except (OSError, InvalidState):  # a close may have come with the reply before
            raise self.gone() from None
        return self.messages.popleft()

    async def asked(self, message: bytes, timeout: float) -> bytes:
        """`ask`, in the words of coroutines."""
        return self.ask(message, timeout)

    def close(self) -> None:
        """Close the connection, and do not wait for the server's word."""
        try:
            self.send_close()
            self._socket.settimeout(0)
            self._flush()
        except OSError:
            pass  # it is closed below all the same
        self.drop()

    def drop(self) -> None:
        """Close this process's end without a word, as one must whose parent uses the same connection."""
        self._socket.close()

    def _read(self, deadline: float) -> None:
        """Read once, and take what has come."""
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)
        self.receive(self._socket.recv(_READ_BYTES))
        self._flush()  # a pong, or the answer to a close

    def _flush(self) -> None:
        for data in self.to_send():
            self._socket.sendall(data)
