"""An HTTP proxy between the S3 store and its server that loses requests and replies as a test asks."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from enum import Enum
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import urlsplit


class Fate(Enum):
    """What happens to one request."""

    PASSED = "the server's reply reaches the client"
    REPLY_LOST = "the server does it, and the connection breaks before the reply"
    REPLY_CUT = "the server does it, and the connection breaks within the reply's body"
    DROPPED = "the connection breaks before the server sees it"
    IGNORED = "nothing comes back, for as long as the client waits"


@dataclass(frozen=True)
class Answer:
    """An S3 error returned instead of the server's reply; `code` from S3's list of error responses."""

    status: int
    code: str = ""

    @property
    def body(self) -> bytes:
        return f"<Error><Code>{self.code}</Code><Message>A text of its own</Message></Error>".encode()


class Judge(Protocol):
    """Decides over each request before it goes on, and over each reply before it comes back."""

    def refusal(self, method: str, target: str) -> Answer | None:
        """What is answered instead of sending the request on; None lets it pass."""

    def answered(self, method: str, target: str, status: int) -> Answer | None:
        """What is answered instead of the reply with this status; None lets it pass."""


@dataclass
class Wire:
    """A proxy at `endpoint`. `fates` are those of the next requests; all later ones pass."""

    upstream: str = ""
    judge: Judge | None = None
    dropped: frozenset[str] = frozenset()
    """Headers, in lower case, that do not get through."""
    endpoint: str = ""
    fates: list[Fate | Answer] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)
    headers: list[Message] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)
    """A request has come, be it after its client gave up waiting."""
    closing: threading.Event = field(default_factory=threading.Event)


@contextmanager
def running_wire(
    upstream: str = "", judge: Judge | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[Wire]:
    """A proxy to the server at the URL `upstream`; without one, no request may pass. With `tls` it is HTTPS."""
    wire = Wire(upstream, judge)

    class Handler(_Handler):
        pass

    Handler.wire = wire
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    wire.endpoint = f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_port}"
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield wire
    finally:
        wire.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    wire: Wire

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.close_connection = True
        self.wire.methods.append(self.command)
        self.wire.headers.append(self.headers)
        self.wire.arrived.set()
        fate = self.wire.fates.pop(0) if self.wire.fates else Fate.PASSED
        judge = self.wire.judge
        refusal = None if judge is None else judge.refusal(self.command, self.path)
        if refusal is not None:
            self._reply(refusal.status, {}, refusal.body)
        elif isinstance(fate, Answer):
            self._reply(fate.status, {}, fate.body)
        elif fate is Fate.IGNORED:
            self.wire.closing.wait()
        elif fate is not Fate.DROPPED:
            self._pass_on(body, fate)

    do_GET = do_PUT = do_DELETE = do_HEAD = do_POST = _handle

    def _pass_on(self, body: bytes, fate: Fate) -> None:
        # The headers stay as they are, Host included: they are signed.
        connection = HTTPConnection(urlsplit(self.wire.upstream).netloc)
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in self.wire.dropped:
                connection.putheader(name, value)
        connection.endheaders(body)
        reply: HTTPResponse = connection.getresponse()
        content = reply.read()
        connection.close()
        judge = self.wire.judge
        instead = None if judge is None else judge.answered(self.command, self.path, reply.status)
        if instead is not None:
            self._reply(instead.status, {}, instead.body)
        elif fate is Fate.REPLY_CUT:
            self._reply(reply.status, dict(reply.headers), content, sent=len(content) // 2)
        elif fate is Fate.PASSED:
            self._reply(reply.status, dict(reply.headers), content)

    def _reply(self, status: int, headers: dict[str, str], body: bytes, sent: int | None = None) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[:sent])

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged."""
