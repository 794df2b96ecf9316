"""What a call to one server is: its headers, key, tries and time-outs, and what becomes of the reply.

It knows nothing of environments, and not who waits: its coroutines run in threads, where every wait blocks
(`connection.py`), and in event loops (`async_connection.py`).
"""

import math
import time
import uuid
import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

import httpx

from gymnasium_http.errors import GymHTTPError, NoServer, ServerGone, TimedOut
from gymnasium_http.transport import exact
from gymnasium_http.transport.address import is_by_a_proxy, is_near, server_of, websocket_of
from gymnasium_http.transport.frames import Refused, Talk
from gymnasium_http.transport.replies import SNAPSHOT_TYPE, error_in, file_of, value_of
from gymnasium_http.transport.retries import Retries
from gymnasium_http.version import VERSION

T = TypeVar("T")

_SHAKE_HANDS_S = 5.0

# Meanwhile calls are made over HTTP.
_REFUSED_S = 2.0

# A full or ending server, and a gateway before one that is away; a key that is refused is told by the call itself.
_PASSING_REFUSALS = frozenset((401, 429, 502, 503, 504))

_FIRST_CONNECT_S = 2.0


class Caller(ABC):
    """Calls to one server, which several environments may share."""

    def __init__(
        self, url: str, api_key: str | None, timeout: float, patience: float | None, sessions: bool, usual: bool
    ) -> None:
        """Prepare for calls, as `Connection` describes it. `usual` is whether it has HTTPX's own transport.

        Raises:
            ValueError: it is not an http or https URL.
        """
        self.url = server_of(url)
        self.timeout, self.patience = timeout, patience
        self._answered = False
        self._api_key, self._sessions = api_key, sessions
        self._had_session = False
        usable = sessions and usual and not is_by_a_proxy(self.url)
        self._sessions_from = -math.inf if usable else math.inf
        """When a session may be tried, by `time.monotonic`."""
        self.users: weakref.WeakSet[Any] = weakref.WeakSet()
        """The environments that use it. Closing the last one closes the sockets."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r})"

    def __deepcopy__(self, memo: dict[int, Any]) -> "Caller":
        return self

    @abstractmethod
    def here(self) -> object:
        """What sockets belong to: the process, and in it the event loop if there is one."""

    @abstractmethod
    def lock(self) -> AbstractAsyncContextManager[None]:
        """A lock of those who may wait for one another here."""

    @abstractmethod
    async def pause(self, seconds: float) -> None:
        """Wait."""

    @abstractmethod
    async def shut(self) -> None:
        """Close the sockets. The next call opens new ones."""

    @abstractmethod
    async def _sent(self, request: Mapping[str, Any]) -> httpx.Response:
        """The reply to a request of these arguments of HTTPX's; raises its errors."""

    @abstractmethod
    async def _talk(self, address: str, subprotocol: str, headers: Mapping[str, str], timeout: float) -> Talk:
        """An open WebSocket; raises `Refused` or OSError."""

    async def ask(
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
        return await self._tried(method, path, content, headers, lambda reply: value_of(reply, exactly))

    async def ask_page(self, path: str) -> tuple[Any, str]:
        """Read a page of a list, with retries: its value, and the query of the next page; empty on the last.

        Raises:
            GymHTTPError: the reply is an error, or no reply came.
        """

        def read(reply: httpx.Response) -> tuple[Any, str]:
            # Of a Link the query alone is followed: the API key goes to this server.
            query = httpx.URL(reply.links.get("next", {}).get("url", "")).query.decode()
            return value_of(reply, exactly=False), query

        return await self._tried("GET", path, None, {}, read)

    async def ask_file(self, path: str, types: frozenset[str] = frozenset((SNAPSHOT_TYPE,))) -> bytes:
        """Read a file of one of these media types, with retries.

        Raises:
            GymHTTPError: the reply is an error, or no reply came.
        """
        return await self._tried("GET", path, None, {}, lambda reply: file_of(reply, types))

    async def send_file(self, path: str, file: bytes, *, key: str) -> Any:
        """Send a snapshot file, with retries, and return the reply's value.

        Raises:
            GymHTTPError: the reply is an error, or no reply came.
        """
        headers = {"Idempotency-Key": key, "Content-Type": SNAPSHOT_TYPE}
        return await self._tried("POST", path, file, headers, lambda reply: value_of(reply, exactly=False))

    @property
    def may_have_sessions(self) -> bool:
        """Whether to try a session now: wanted, and neither known to be missing nor just refused."""
        return time.monotonic() >= self._sessions_from

    async def websocket(self, path: str, subprotocol: str) -> Talk:
        """Open a WebSocket.

        Raises:
            Refused: the server opened none.
            OSError: it cannot be reached, or did not answer in time.
        """
        headers = {} if self._api_key is None else {"Authorization": f"Bearer {self._api_key}"}
        address = websocket_of(self.url) + path
        talk = await self._talk(address, subprotocol, headers, min(self.timeout, _SHAKE_HANDS_S))
        self._had_session = True
        return talk

    def note_refusal(self, error: Refused | OSError) -> None:
        """Learn from what became of a WebSocket whether the server has any, or when to ask again."""
        if isinstance(error, Refused):
            passes = error.status in _PASSING_REFUSALS
        else:
            # A gateway that knows none may never answer; a server that has opened some is busy.
            passes = self._had_session or not isinstance(error, TimeoutError)
        self._sessions_from = time.monotonic() + _REFUSED_S if passes else math.inf

    async def _tried(
        self,
        method: str,
        path: str,
        content: bytes | None,
        headers: Mapping[str, str],
        read: Callable[[httpx.Response], T],
    ) -> T:
        retries = Retries(self.patience)
        while True:
            try:
                return read(await self._once(method, path, content, headers))
            except GymHTTPError as error:
                wait = retries.wait_after(error)
                if wait is None:
                    raise
            await self.pause(wait)

    async def _once(
        self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]
    ) -> httpx.Response:
        connect = self.timeout if self._answered else min(self.timeout, _FIRST_CONNECT_S)
        timeout = httpx.Timeout(self.timeout, connect=connect, pool=None)
        asked = {"method": method, "url": self.url + path, "content": content, "headers": headers}
        try:
            reply = await self._sent({**asked, "timeout": timeout})
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

    def _headers(self) -> dict[str, str]:
        """Those of every call."""
        headers = {
            "Accept": f"{exact.MEDIA_TYPE}, application/json;q=0.5",
            "User-Agent": f"gymnasium-http/{VERSION}",
        }
        if self._api_key is not None:
            headers["Authorization"] = f"Bearer {self._api_key}"
        if is_near(self.url):
            headers["Accept-Encoding"] = "identity"
        return headers


def new_key() -> str:
    """An idempotency key: 122 random bits from the system, not from a generator that may be seeded."""
    return str(uuid.uuid4())
