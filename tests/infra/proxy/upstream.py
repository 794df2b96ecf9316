"""Servers that note what a proxy sends them, and hang up without a reply where the path says so."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    server: str
    method: str
    path: str
    headers: Message
    connection: object


class Upstream(ThreadingHTTPServer):
    """A server at a port that the system chose."""

    daemon_threads = True

    def __init__(self, asked: list[Asked]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked = asked
        self.connections: set[socket.socket] = set()
        self.address = f"127.0.0.1:{self.server_port}"
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Listen no longer, and close every connection."""
        self.shutdown()
        self.server_close()
        for each in [*self.connections]:
            with suppress(OSError):  # the proxy has closed it
                each.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Upstream

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def handle(self) -> None:
        with suppress(ConnectionResetError):  # a proxy that ends resets what it keeps
            super().handle()

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        super().finish()

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != "/v1/readyz/":  # the proxy's own question
            asked = Asked(self.server.address, self.command, self.path, self.headers, self.client_address)
            self.server.asked.append(asked)
        if "hang-up" in self.path:
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_POST = do_DELETE = _answer

    def log_message(self, *arguments: object) -> None:
        """Nothing: pytest would show it."""


@contextmanager
def upstreams(count: int) -> Iterator[tuple[list[Upstream], list[Asked]]]:
    """So many servers, and what all of them were asked."""
    asked: list[Asked] = []
    with ExitStack() as stack:
        servers = [Upstream(asked) for _ in range(count)]
        for server in servers:
            stack.callback(server.end)
        yield servers, asked
