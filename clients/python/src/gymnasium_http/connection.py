"""HTTP to one server: MessagePack, keys, time-outs and retries. It knows nothing of environments.

A call is retried if no reply came, or an error that waiting may cure. The server applies a call with an
idempotency key once and repeats its first reply, so no call is applied twice.
"""

import json
import os
import random
import ssl
import time
import uuid
import weakref
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

import httpx

from gymnasium_http import exact
from gymnasium_http.errors import (
    Contended,
    GymHTTPError,
    NoServer,
    ServerFailed,
    ServerGone,
    TimedOut,
    VersionMismatch,
    error_of,
    name_of,
)
from gymnasium_http.pool import Pool
from gymnasium_http.version import VERSION

DEFAULT_URL = "http://127.0.0.1:5000"

# On the same machine compressing takes longer than sending.
_NEAR = frozenset(("localhost", "127.0.0.1", "::1"))

_PATIENCE_S = 30.0

# While nothing has answered at the address, it is more likely to be wrong than a server to be on its way.
_FIRST_PATIENCE_S = 1.0
_FIRST_CONNECT_S = 2.0

_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0
_LONGEST_RETRY_AFTER_S = 20.0

# 502 and 504 come from a gateway. The call may have been applied; its key makes repeating it harmless.
_PASSING = frozenset((429, 502, 503, 504))

# These come with 429 and 503 too, but waiting does not cure them.
_LASTING = frozenset(("quota-exceeded", "misconfigured"))

# Longer than a policy update, shorter than most gateways keep an idle socket.
_KEEP_IDLE_S = 60.0

# From the system: the global generator may have been seeded, and forked processes share the state of any other.
_jitter = random.SystemRandom()


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
    ) -> None:
        """Prepare a connection. Nothing is sent yet.

        Args:
            url: The server's address, with its path if it has one. It may end in `/v1`, as every call's does.
            api_key: The SECRET of `Authorization: Bearer SECRET`.
            timeout: Seconds for each attempt.
            patience: Seconds after a call's first failure during which it is tried again. By default 30, and 1
                until a server has answered; a server that is still starting is waited for with a longer one.
            transport: Makes an HTTPX transport, instead of the default one, for each call that is made at the same
                time as others.

        Raises:
            ValueError: it is not an http or https URL.
        """
        parsed = httpx.URL(url)
        if parsed.scheme not in ("http", "https") or not parsed.host:
            raise ValueError(f"{url!r} is not the URL of a server; pass one such as {DEFAULT_URL!r}.")
        self.url = url.rstrip("/").removesuffix("/v1").rstrip("/")
        self.timeout, self.patience = timeout, _PATIENCE_S if patience is None else patience
        self._first_patience = _FIRST_PATIENCE_S if patience is None else patience
        self._answered = False
        self._api_key, self._transport = api_key, transport
        self._pool: Pool | None = None
        self.users: weakref.WeakSet[Any] = weakref.WeakSet()
        """The environments that use it. Closing the last one closes the sockets."""

    def __repr__(self) -> str:
        return f"Connection({self.url!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        patience = self.patience if self._first_patience == self.patience else None
        options = (self._api_key, self.timeout, patience, self._transport)
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
        exactly: bool = False,
    ) -> Any:
        """Make a call, with retries, and return the reply's value.

        Args:
            method: The HTTP method.
            path: The path after the server's URL.
            content: A body from `exact.pack`.
            key: The idempotency key of a call that changes something, the same for each attempt.
            exactly: Whether the reply must be in the exact media type, in which no type is lost.

        Raises:
            GymHTTPError: the reply is an error, or no reply came.
            VersionMismatch: the reply must be exact and is not.
        """
        headers = {} if key is None else {"Idempotency-Key": key}
        if content is not None:
            headers["Content-Type"] = "application/msgpack"
        began, failed, pause = time.monotonic(), None, _FIRST_PAUSE_S
        while True:
            try:
                return _value_of(self._once(method, path, content, headers), exactly)
            except GymHTTPError as error:
                asked = _retry_after(error)
                wait = max(asked, pause * _jitter.uniform(0.5, 1))
                # From the first failure: a time-out may be as long as the patience, and is worth another try.
                failed = failed or time.monotonic()
                nobody = isinstance(error, NoServer)
                give_up = began + self._first_patience if nobody else failed + self.patience
                if not _passes(error) or time.monotonic() + wait > give_up:
                    raise
            time.sleep(wait)
            pause = min(2 * pause, _LONGEST_PAUSE_S)

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
        raise error_of(reply.status_code, _problem_of(reply), reply.headers.get("Retry-After"))

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


def new_key() -> str:
    """An idempotency key: 122 random bits from the system, not from a generator that may be seeded."""
    return str(uuid.uuid4())


def _reconnected(
    url: str,
    api_key: str | None,
    timeout: float,
    patience: float | None,
    transport: Callable[[], httpx.BaseTransport] | None,
) -> Connection:
    return Connection(url, api_key=api_key, timeout=timeout, patience=patience, transport=transport)


def _passes(error: GymHTTPError) -> bool:
    if isinstance(error, ServerGone | Contended):
        return True
    return error.status in _PASSING and name_of(error.problem) not in _LASTING


def _retry_after(error: GymHTTPError) -> float:
    """The seconds in `Retry-After`, in either of its forms (RFC 9110, 10.2.3); 0 without one."""
    asked = error.retry_after
    if not asked:
        return 0.0
    try:
        seconds = float(asked) if asked.isdigit() else parsedate_to_datetime(asked).timestamp() - time.time()
    except ValueError:
        return 0.0
    return min(max(seconds, 0.0), _LONGEST_RETRY_AFTER_S)


def _value_of(reply: httpx.Response, exactly: bool) -> Any:
    kind = reply.headers.get("Content-Type", "").partition(";")[0].strip()
    try:
        if kind == exact.MEDIA_TYPE:
            return exact.unpack(reply.content)
        if kind == "application/json" and not exactly:
            return json.loads(reply.content)
    except ValueError as error:
        raise ServerFailed(f"The reply of {reply.url} cannot be read: {error}.", reply.status_code) from error
    raise VersionMismatch(
        f"{reply.url} replied with {kind or 'no media type'}, not {exact.MEDIA_TYPE}: it has another version than "
        "this client, or is another kind of server; check the URL, or install the server's gymnasium-http.",
        reply.status_code,
    )


def _problem_of(reply: httpx.Response) -> Mapping[str, Any]:
    """The problem document, or one made from a gateway's status line."""
    if reply.is_redirect:
        target = reply.headers.get("Location")
        return {"detail": f"{reply.url} redirects to {target}; pass the URL of the server itself."}
    try:
        problem = reply.json()
    except ValueError:
        problem = None
    return problem if isinstance(problem, dict) else {"title": f"{reply.status_code} {reply.reason_phrase}"}
