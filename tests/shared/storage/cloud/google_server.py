"""What Google's documentation says of its XML API, in a small server: no proof of what Google does.

Sources: "Request preconditions" (`x-goog-if-generation-match`, ETags), "PUT Object", "GET Object",
"DELETE Object" and "List Objects" of the XML API.
"""

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape


class _Version(NamedTuple):
    body: bytes
    generation: int
    etag: str
    written: datetime


class Objects:
    """The objects of every bucket, by path."""

    def __init__(self) -> None:
        self.versions: dict[str, _Version] = {}
        self.generations = itertools.count(1000)
        self.lock = threading.Lock()
        self.refused: list[str] = []
        """The generation that each refused write expected."""


@contextmanager
def google_server() -> Iterator[tuple[str, Objects]]:
    """The address of the server, and its objects."""
    objects = Objects()

    class Handler(_Handler):
        pass

    Handler.objects = objects
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", objects
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    objects: Objects
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        expected = self.headers.get("x-goog-if-generation-match")
        with self.objects.lock:
            there = self.objects.versions.get(self._key())
            if expected is not None and int(expected) != (there.generation if there else 0):
                self.objects.refused.append(expected)
                self._answer(412, b"<Error><Code>PreconditionFailed</Code></Error>")
                return
            generation = next(self.objects.generations)
            version = _Version(body, generation, f'"{generation:x}"', datetime.now(UTC))
            self.objects.versions[self._key()] = version
        self._answer(200, b"", version)

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        if "list-type" in asked:
            self._list(asked.get("prefix", [""])[0], asked.get("start-after", [""])[0])
            return
        version = self.objects.versions.get(self._key())
        if version is None:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        elif self.headers.get("If-None-Match") == version.etag:
            self._answer(304, b"", version)
        else:
            self._answer(200, version.body, version)

    def do_DELETE(self) -> None:
        gone = self.objects.versions.pop(self._key(), None)
        self._answer(404 if gone is None else 204, b"")

    def _list(self, prefix: str, after: str) -> None:
        bucket = urlsplit(self.path).path.strip("/")
        contents = ""
        for path, version in sorted(self.objects.versions.items()):
            key = path.removeprefix(f"/{bucket}/")
            if key.startswith(prefix) and key > after:
                contents += (
                    f"<Contents><Key>{escape(key)}</Key><Size>{len(version.body)}</Size><ETag>{version.etag}</ETag>"
                    f"<LastModified>{version.written:%Y-%m-%dT%H:%M:%SZ}</LastModified></Contents>"
                )
        self._answer(200, f"<ListBucketResult>{contents}</ListBucketResult>".encode())

    def _key(self) -> str:
        return unquote(urlsplit(self.path).path)

    def _answer(self, status: int, body: bytes, version: _Version | None = None) -> None:
        self.send_response_only(status)
        self.send_header("Content-Length", str(len(body)))
        if version is not None:
            self.send_header("ETag", version.etag)
            self.send_header("x-goog-generation", str(version.generation))
            self.send_header("Last-Modified", format_datetime(version.written, usegmt=True))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged."""
