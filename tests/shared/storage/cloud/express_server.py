"""What AWS's documentation says of directory buckets, in a small server: no proof of what AWS does.

It is reached as AWS is, by TLS at the bucket's own host, through a proxy that is this server itself. Sources:
"CreateSession", "PutObject", "DeleteObject" and "ListObjectsV2" in the Amazon S3 API reference.
"""

import contextlib
import itertools
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

BUCKET = "tests--use1-az4--x-s3"
REGION = "us-east-1"
HOST = f"{BUCKET}.s3express-use1-az4.{REGION}.amazonaws.com"

_SESSION = (
    b"<CreateSessionResult><Credentials><SessionToken>of-the-session</SessionToken><SecretAccessKey>secret"
    b"</SecretAccessKey><AccessKeyId>key</AccessKeyId><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>"
    b"</CreateSessionResult>"
)
_PAGE = 3


class _Version(NamedTuple):
    body: bytes
    etag: str
    written: datetime


class Objects:
    """The objects of the bucket, by key."""

    def __init__(self) -> None:
        self.versions: dict[str, _Version] = {}
        self.etags = itertools.count(1)
        self.lock = threading.Lock()
        self.sessions = 0
        """How many were made."""
        self.denies_sessions = False
        self.without_session: list[str] = []
        """The requests that brought no session's token."""
        self.ahead = timedelta()
        """How far the server's clock is ahead."""
        self.connections: set[socket.socket] = set()


@contextlib.contextmanager
def express_server(tls: ssl.SSLContext) -> Iterator[tuple[str, Objects]]:
    """The address of the proxy, and the objects behind it."""
    objects = Objects()

    class Handler(_Handler):
        pass

    Handler.objects, Handler.tls = objects, tls
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", objects
    finally:
        server.shutdown()
        _hang_up(objects)
        server.server_close()
        thread.join()


def _hang_up(objects: Objects) -> None:
    """End the connections that clients keep for their next request."""
    deadline = time.monotonic() + 60
    while objects.connections and time.monotonic() < deadline:
        for each in tuple(objects.connections):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        time.sleep(0.01)


class _Handler(BaseHTTPRequestHandler):
    objects: Objects
    tls: ssl.SSLContext
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self.objects.connections.add(self.connection)

    def finish(self) -> None:
        super().finish()
        self.connection.close()
        self.objects.connections.discard(self.connection)

    def do_CONNECT(self) -> None:
        if self.path != f"{HOST}:443":
            self.send_error(502)
            return
        self.send_response_only(200)
        self.end_headers()
        plain = self.connection
        self.connection = self.tls.wrap_socket(plain, server_side=True)
        self.objects.connections.add(self.connection)
        self.objects.connections.discard(plain)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)
        self.close_connection = False

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
        if "session" in asked:
            self._open_session()
        elif not self._has_session():
            self._refuse(403, "AccessDenied")
        elif "list-type" in asked:
            self._list({name: value[0] for name, value in asked.items()})
        else:
            self._get(self.objects.versions.get(self._key()))

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self._has_session():
            self._refuse(403, "AccessDenied")
            return
        with self.objects.lock:
            if not self._holds():
                self._refuse(412, "PreconditionFailed")
                return
            # Not a digest: "The ETag ... is not an MD5 digest of the object" in a directory bucket.
            version = _Version(body, f'"{next(self.objects.etags):x}"', datetime.now(UTC) + self.objects.ahead)
            self.objects.versions[self._key()] = version
        self._answer(200, b"", version)

    def do_DELETE(self) -> None:
        if not self._has_session():
            self._refuse(403, "AccessDenied")
            return
        with self.objects.lock:
            if not self._holds():
                self._refuse(412, "PreconditionFailed")
                return
            self.objects.versions.pop(self._key(), None)
        self._answer(204, b"")

    def _holds(self) -> bool:
        """Whether the object is as the request expects it."""
        there = self.objects.versions.get(self._key())
        if self.headers.get("If-None-Match") == "*":
            return there is None
        expected = self.headers.get("If-Match")
        return expected is None or (there is not None and there.etag == expected)

    def _get(self, version: _Version | None) -> None:
        if version is None:
            self._refuse(404, "NoSuchKey")
        elif self.headers.get("If-None-Match") == version.etag:
            self._answer(304, b"", version)
        else:
            self._answer(200, version.body, version)

    def _open_session(self) -> None:
        if self.objects.denies_sessions:
            self._refuse(403, "AccessDenied")
            return
        self.objects.sessions += 1
        self._answer(200, _SESSION)

    def _has_session(self) -> bool:
        if self.headers.get("x-amz-s3session-token") == "of-the-session":
            return True
        self.objects.without_session.append(f"{self.command} {self.path}")
        return False

    def _list(self, asked: dict[str, str]) -> None:
        """A page, the last keys first. Directory buckets know no `start-after`; a prefix ends in a slash."""
        prefix = asked.get("prefix", "")
        if "start-after" in asked or (prefix and not prefix.endswith("/")):
            self._refuse(400, "InvalidRequest")
            return
        found: dict[str, str] = {}
        with self.objects.lock:
            for key in sorted(self.objects.versions, reverse=True):
                rest = key.removeprefix(prefix)
                if key.startswith(prefix) and "delimiter" in asked and "/" in rest:
                    below = f"{prefix}{rest.partition('/')[0]}/"
                    found[below] = f"<CommonPrefixes><Prefix>{escape(below)}</Prefix></CommonPrefixes>"
                elif key.startswith(prefix):
                    found[key] = self._entry(key)
        first = int(asked.get("continuation-token", "0"))
        last = first + _PAGE
        more = f"<NextContinuationToken>{last}</NextContinuationToken>" if last < len(found) else ""
        page = "".join(list(found.values())[first:last]) + more
        truncated = str(bool(more)).lower()
        self._answer(
            200, f"<ListBucketResult><IsTruncated>{truncated}</IsTruncated>{page}</ListBucketResult>".encode()
        )

    def _entry(self, key: str) -> str:
        version = self.objects.versions[key]
        return (
            f"<Contents><Key>{escape(key)}</Key><Size>{len(version.body)}</Size><ETag>{version.etag}</ETag>"
            f"<LastModified>{version.written:%Y-%m-%dT%H:%M:%SZ}</LastModified></Contents>"
        )

    def _key(self) -> str:
        return unquote(urlsplit(self.path).path)[1:]

    def _refuse(self, status: int, code: str) -> None:
        self._answer(status, f"<Error><Code>{code}</Code><Message>Refused</Message></Error>".encode())

    def _answer(self, status: int, body: bytes, version: _Version | None = None) -> None:
        self.send_response_only(status)
        self.send_header("Content-Length", str(len(body)))
        if version is not None:
            self.send_header("ETag", version.etag)
            self.send_header("Last-Modified", format_datetime(version.written, usegmt=True))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged."""
