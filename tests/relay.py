"""A relay of bytes before a server, which may be distant or become another one; its connections can be cut."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


class Relay:
    """Listens on a port of its own for as long as it is open."""

    def __init__(self, distance_s: float = 0.0) -> None:
        """What the server sends in one piece, such as a short reply, arrives so many seconds later."""
        self._distance_s = distance_s
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._upstream: tuple[str, int] | None = None
        self._ends: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def lead_to(self, url: str | None) -> None:
        """Lead new connections to the server; None closes each as it comes."""
        parts = None if url is None else urlsplit(url)
        self._upstream = None if parts is None else (parts.hostname or "", parts.port or 0)

    def cut(self) -> None:
        """Close every connection without a word to either side."""
        with self._lock:
            ends, self._ends = self._ends, set()
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:  # closed
                return
            try:
                server = socket.create_connection(self._upstream) if self._upstream else None
            except OSError:
                server = None
            if server is None:
                client.close()
                continue
            with self._lock:
                self._ends |= {client, server}
            for source, sink, distance_s in ((client, server, 0.0), (server, client, self._distance_s)):
                threading.Thread(target=_pump, args=(source, sink, distance_s), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket, distance_s: float) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            time.sleep(distance_s)
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)


@contextmanager
def relay(distance_s: float = 0.0) -> Iterator[Relay]:
    """A relay, which leads nowhere yet."""
    opened = Relay(distance_s)
    try:
        yield opened
    finally:
        opened.close()
