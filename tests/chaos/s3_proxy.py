"""A failing network between one server and its S3 store.

answered 500, slow down, conflict   an error instead of doing it: 500, 503 SlowDown, 409
dropped                             the connection breaks before the store sees the request
reply lost                          the store does it, and the connection breaks before the reply
done but 500, done but 412          the store does it, and the answer says otherwise
late                                the connection breaks, and the store does it some time after
stalled                             the request waits on its way
killed                              the store does it, and the server is killed before it hears of it
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.chaos.plan import Plan

_ANY = ("answered 500", "slow down", "dropped", "reply lost", "stalled")
_WRITES = (*_ANY, "done but 500", "late")
_CONDITIONAL = (*_WRITES, "conflict", "done but 412", "killed")
_ANSWERS = {
    "answered 500": (500, "InternalError"),
    "slow down": (503, "SlowDown"),
    "conflict": (409, "ConditionalRequestConflict"),
    "done but 500": (500, "InternalError"),
    "done but 412": (412, "PreconditionFailed"),
}
_INSTEAD = frozenset({"answered 500", "slow down", "conflict"})
_LATE_S = (0.0, 0.3)
_STALL_S = (0.01, 0.5)
_LONG_STALL_S = 11.0
"""Seconds; longer than the 10 s for which the store's client waits."""
_LONG_STALLS = 0.02


class _Message(NamedTuple):
    """A request or a reply, as on the wire."""

    start: bytes
    headers: dict[bytes, bytes]
    raw: bytes

    @property
    def method(self) -> bytes:
        return self.start.partition(b" ")[0]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The faults that may hit the request."""
        if self.method not in (b"PUT", b"DELETE"):
            return _ANY
        return _CONDITIONAL if {b"if-match", b"if-none-match"} & self.headers.keys() else _WRITES


class S3Proxy:
    """The network of one server, which `kill` can end."""

    def __init__(self, upstream: str, plan: Plan, kill: Callable[[], None]) -> None:
        address = urlsplit(upstream)
        self.endpoint = ""
        self._upstream = address.hostname or "", address.port or 80
        self._plan = plan
        self._kill = kill
        self._tasks: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["S3Proxy"]:
        """Listen at `endpoint` until the block ends."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.endpoint = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()
            for task in [*self._tasks]:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        store: _Connection | None = None
        try:
            store = await _Connection.open(*self._upstream)
            # Either side may close an idle connection, and a killed server breaks it anywhere.
            with contextlib.suppress(OSError, EOFError):
                while await self._one(await _read(reader, b""), writer, store):
                    pass
        finally:
            self._tasks.discard(task)
            writer.close()
            if store is not None:
                store.close()

    async def _one(self, request: _Message, writer: asyncio.StreamWriter, store: "_Connection") -> bool:
        """Carry one request; False if the connection has to break."""
        fault = self._plan.draw(request.kinds, chance=0.2)
        if fault == "dropped":
            return False
        if fault == "late":
            self._later(request.raw)
            return False
        if fault == "stalled":
            long = self._plan.random.random() < _LONG_STALLS
            await asyncio.sleep(_LONG_STALL_S if long else self._plan.random.uniform(*_STALL_S))
        if fault not in _INSTEAD:
            reply = await store.ask(request)
        if fault == "killed":
            self._kill()
        if fault in ("reply lost", "killed"):
            return False
        writer.write(_error(*_ANSWERS[fault]) if fault in _ANSWERS else reply.raw)
        await writer.drain()
        return fault not in _ANSWERS

    def _later(self, raw: bytes) -> None:
        async def send() -> None:
            await asyncio.sleep(self._plan.random.uniform(*_LATE_S))
            store = await _Connection.open(*self._upstream)
            await store.ask(await _read(_fed(raw), b""))
            store.close()

        task = asyncio.create_task(send())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Connection:
    """Open a connection to the store."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, host: str, port: int) -> "_Connection":
        return cls(*await asyncio.open_connection(host, port))

    async def ask(self, request: _Message) -> _Message:
        # As it came, Host included, because the headers are signed.
        self._writer.write(request.raw)
        await self._writer.drain()
        return await _read(self._reader, request.method)

    def close(self) -> None:
        self._writer.close()


async def _read(reader: asyncio.StreamReader, asked: bytes) -> _Message:
    """A whole message: a request, or the reply to the method `asked`. EOFError if the other side has closed."""
    head = await reader.readuntil(b"\r\n\r\n")
    start, *lines = head.rstrip(b"\r\n").split(b"\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
    if asked == b"HEAD" or (asked and start.split(b" ")[1] in (b"204", b"304")):
        return _Message(start, headers, head)
    if headers.get(b"transfer-encoding") == b"chunked":
        return _Message(start, headers, head + await _chunks(reader))
    return _Message(start, headers, head + await reader.readexactly(int(headers.get(b"content-length", 0))))


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    """A chunked body with its framing (RFC 9112, 7.1)."""
    body = b""
    while True:
        line = await reader.readline()
        size = int(line, 16)
        body += line + await reader.readexactly(size + 2)
        if size == 0:
            return body


def _fed(raw: bytes) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    reader.feed_data(raw)
    reader.feed_eof()
    return reader


def _error(status: int, code: str) -> bytes:
    body = f"<Error><Code>{code}</Code><Message>Injected</Message></Error>".encode()
    return b"HTTP/1.1 %d Injected\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, len(body)) + body
