"""HTTP to one server: sockets, headers, keys and time-outs. It knows nothing of environments."""

import math
import os
import ssl
import time
import uuid
import weakref
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar
from urllib.request import getproxies, proxy_bypass

import httpx

from gymnasium_http.errors import GymHTTPError, NoServer, ServerGone, TimedOut
from gymnasium_http.transport import exact
from gymnasium_http.transport.pool import Pool
from gymnasium_http.transport.replies import SNAPSHOT_TYPE, error_in, file_of, value_of
from gymnasium_http.transport.retries import Retries
from gymnasium_http.transport.websocket import Refused, WebSocket
from gymnasium_http.version import VERSION

T = TypeVar("T")

_SHAKE_HANDS_S = 5.0

# Meanwhile calls are made over HTTP.
_REFUSED_S = 2.0

# A full or ending server, and a gateway before one that is away; a key that is refused is told by the call itself.
_PASSING_REFUSALS = frozenset((401, 429, 502, 503, 504))

DEFAULT_URL = "http://127.0.0.1:5000"

# On the same machine compressing takes longer than sending.
_NEAR = frozenset(("localhost", "127.0.0.1", "::1"))

_FIRST_CONNECT_S = 2.0

# Longer than a policy update, shorter than most gateways keep an idle socket.
_KEEP_IDLE_S = 60.0


class Connection:
    """Calls to one server over persistent connections, which several environments and threads may share.

    The first call opens the sockets, as does the first after `close`. A hundred calls are made at a time, and more
    wait. Unpickled or in a forked process, it opens sockets of its own.
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        api_key: str | None = None,
        timeout: float = 30.0,
        patience: float | None = None,
        transport: Callable[[], httpx.BaseTransport] | None = None,
        sessions: bool = True,
    ) -> None:
        """Prepare a connection. Nothing is sent yet.

        Args:
            url: The server's address, with its path if it has one. It may end in `/v1`, as every call's does.
            api_key: The SECRET of `Authorization: Bearer SECRET`.
            timeout: Seconds for each attempt.
            patience: Seconds after a call's first failure during which it is tried again. By default 30, and 1
                until a server has answered; a server that is still starting is waited for with a longer one.
            transport: Makes an HTTPX transport, instead of the default one, for each call that is made at the same
                time as others. Then there are no sessions.
            sessions: Whether environments step over a session, a WebSocket each, where the server has them.

        Raises:
            ValueError: it is not an http or https URL.
        """
        parsed = httpx.URL(url)
        if parsed.scheme not in ("http", "https") or not parsed.host:
            raise ValueError(f"{url!r} is not the URL of a server; pass one such as {DEFAULT_URL!r}.")
        self.url = url.rstrip("/").removesuffix("/v1").rstrip("/")
        self.timeout, self.patience = timeout, patience
        self._answered = False
        self._api_key, self._transport, self._sessions = api_key, transport, sessions
        usable = sessions and transport is None and not _by_a_proxy(parsed)
        self._sessions_from = -math.inf if usable else math.inf
        """When a session may be tried, by `time.monotonic`."""
        self._pool: Pool | None = None
        self.users: weakref.WeakSet[Any] = weakref.WeakSet()
        """The environments that use it. Closing the last one closes the sockets."""

    def __repr__(self) -> str:
        return f"Connection({self.url!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        options = (self._api_key, self.timeout, self.patience, self._transport, self._sessions)
        return _reconnected, (self.url, *options)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Connection":
        return self

    @property
    def is_open(self) -> bool:
        """Whether it may hold sockets: a call was made in this process since the last `close`."""
        return self._pool is not None and self._pool.pid == os.getpid()

    def close(self) -> None:
        """Close the sockets. The next call opens new ones."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

    def call(
        self,
        method: str,
        path: str,
        content: bytes | None = None,
        *,
        key: str | None = None,
        instance: str | None = None,
        exactly: bool = False,
    ) -> Any:
        """Make a call, with retries, and return the reply's value.

        Args:
            method: The HTTP method.
            path: The path after the server's URL.
            content: A body from `exact.pack`.
            key: The idempotency key of a call that changes something, the same for each attempt.
            instance: The id of the first instance of a batch, whose path names none. A proxy before several
                servers may send the call where that one is live.
            exactly: Whether the reply must be in the exact media type, in which no type is lost.

        Raises:
            GymHTTPError: the reply is an error, or no reply came.
            VersionMismatch: the reply must be exact and is not.
        """
        headers = {} if key is None else {"Idempotency-Key": key}
        if instance is not None:
            headers["X-Instance"] = instance
        if content is not None:
            headers["Content-Type"] = "application/msgpack"
        return self._tried(lambda: value_of(self._once(method, path, content, headers), exactly))

    def page(self, path: str) -> tuple[Any, str]:
        """Read a page of a list, with retries: its value, and the query of the next page; empty on the last.

        Raises:
            GymHTTPError: the reply is an error, or no reply came.
        """

        def once() -> tuple[Any, str]:
            reply = self._once("GET", path, None, {})
            # Of a Link the query alone is followed: the API key goes to this server.
            query = httpx.URL(reply.links.get("next", {}).get("url", "")).query.decode()
            return value_of(reply, exactly=False), query

        return self._tried(once)

    def download(self, path: str, types: frozenset[str] = frozenset((SNAPSHOT_TYPE,))) -> bytes:
        """Read a file of one of these media types, with retries.

        Raises:
            GymHTTPError: the reply is an error, or no reply came.
        """
        return self._tried(lambda: file_of(self._once("GET", path, None, {}), types))

    def upload(self, path: str, file: bytes, *, key: str) -> Any:
        """Send a snapshot file, with retries, and return the reply's value.

        Raises:
            GymHTTPError: the reply is an error, or no reply came.
        """
        headers = {"Idempotency-Key": key, "Content-Type": SNAPSHOT_TYPE}
        return self._tried(lambda: value_of(self._once("POST", path, file, headers), exactly=False))

    @property
    def may_have_sessions(self) -> bool:
        """Whether to try a session now: wanted, and neither known to be missing nor just refused."""
        return time.monotonic() >= self._sessions_from

    def websocket(self, path: str, subprotocol: str) -> WebSocket:
        """Open a WebSocket.

        Raises:
            Refused: the server opened none.
            OSError: it cannot be reached, or did not answer in time.
        """
        headers = {} if self._api_key is None else {"Authorization": f"Bearer {self._api_key}"}
        scheme, _, rest = self.url.partition("://")
        secure = scheme.lower() == "https"
        address = f"{'wss' if secure else 'ws'}://{rest}{path}"
        certificates = _certificates() if secure else None
        return WebSocket(address, subprotocol, headers, min(self.timeout, _SHAKE_HANDS_S), certificates)

    def note_refusal(self, error: Refused | OSError) -> None:
        """Learn from what became of a WebSocket whether the server has any, or when to ask again."""
        if isinstance(error, Refused):
            passes = error.status in _PASSING_REFUSALS
        else:
            passes = not isinstance(error, TimeoutError)  # a gateway that knows none may never answer
        self._sessions_from = time.monotonic() + _REFUSED_S if passes else math.inf

    def _tried(self, once: Callable[[], T]) -> T:
        retries = Retries(self.patience)
        while True:
            try:
                return once()
            except GymHTTPError as error:
                wait = retries.wait_after(error)
                if wait is None:
                    raise
            time.sleep(wait)

    def _once(self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]) -> httpx.Response:
        connect = self.timeout if self._answered else min(self.timeout, _FIRST_CONNECT_S)
        timeout = httpx.Timeout(self.timeout, connect=connect)
        try:
            with self._opened().client() as client:
                reply = client.request(method, self.url + path, content=content, headers=headers, timeout=timeout)
        except httpx.TransportError as error:
            raise self._gone(f"{method} {path}", error) from error
        self._answered = True
        if reply.is_success:
            return reply
        raise error_in(reply)

    def _gone(self, call: str, error: httpx.TransportError) -> ServerGone:
        said = f"{type(error).__name__}: {error}"
        if not self._answered and isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            return NoServer(f"No server answers at {self.url} ({said}).")
        if isinstance(error, httpx.TimeoutException):
            return TimedOut(f"{self.url} did not answer {call} in {self.timeout:g} s.")
        return ServerGone(f"{self.url} cannot be reached, or its reply was cut short ({said}).")

    def _opened(self) -> Pool:
        pool = self._pool
        if pool is None or pool.pid != os.getpid():
            if pool is not None:
                pool.close()
            pool = self._pool = Pool(self._client_maker())
            # Closes the sockets of an environment that is dropped without close.
            weakref.finalize(self, pool.close)
        return pool

    def _client_maker(self) -> Callable[[], httpx.Client]:
        headers = {
            "Accept": f"{exact.MEDIA_TYPE}, application/json;q=0.5",
            "User-Agent": f"gymnasium-http/{VERSION}",
        }
        if self._api_key is not None:
            headers["Authorization"] = f"Bearer {self._api_key}"
        if httpx.URL(self.url).host in _NEAR:
            headers["Accept-Encoding"] = "identity"
        timeout, transport, limits = self.timeout, self._transport, httpx.Limits(keepalive_expiry=_KEEP_IDLE_S)
        certificates = _certificates()

        # It must not refer to the connection, which would then never be dropped.
        def make() -> httpx.Client:
            made = None if transport is None else transport()
            return httpx.Client(
                headers=headers, timeout=timeout, transport=made, limits=limits, verify=certificates
            )

        return make


@cache
def _certificates() -> ssl.SSLContext:
    """One for all clients, because reading the authorities' certificates takes 20 ms."""
    return httpx.create_ssl_context()


def _by_a_proxy(url: httpx.URL) -> bool:
    """Whether HTTPX would reach the server by a proxy that the environment names, which a WebSocket would not."""
    return url.scheme in getproxies() and not proxy_bypass(url.host)


def new_key() -> str:
    """An idempotency key: 122 random bits from the system, not from a generator that may be seeded."""
    return str(uuid.uuid4())


def _reconnected(
    url: str,
    api_key: str | None,
    timeout: float,
    patience: float | None,
    transport: Callable[[], httpx.BaseTransport] | None,
    sessions: bool,
) -> Connection:
    return Connection(
        url, api_key=api_key, timeout=timeout, patience=patience, transport=transport, sessions=sessions
    )
