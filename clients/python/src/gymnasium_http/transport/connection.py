"""Calls to one server that block: from threads, over sockets of their own."""

import os
import time
import weakref
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from gymnasium_http.transport.address import DEFAULT_URL, certificates
from gymnasium_http.transport.blocking import ThreadLock, blocking
from gymnasium_http.transport.caller import Caller
from gymnasium_http.transport.pool import Pool
from gymnasium_http.transport.replies import elsewhere_of
from gymnasium_http.transport.websocket import WebSocket

# Longer than a policy update, shorter than most gateways keep an idle socket.
KEEP_IDLE_S = 60.0


class Connection(Caller):
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
        super().__init__(url, api_key, timeout, patience, sessions, transport is None)
        self._transport = transport
        self._pool: Pool | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        options = (self._api_key, self.timeout, self.patience, self._transport, self._sessions)
        return _reconnected, (self.url, *options)

    @property
    def is_open(self) -> bool:
        """Whether it may hold sockets: a call was made in this process since the last `close`."""
        return self._pool is not None and self._pool.pid == os.getpid()

    def close(self) -> None:
        """Close the sockets. The next call opens new ones."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

    call = blocking(Caller.ask)
    page = blocking(Caller.ask_page)
    download = blocking(Caller.ask_file)
    upload = blocking(Caller.send_file)

    def here(self) -> object:
        """The process."""
        return os.getpid()

    def lock(self) -> ThreadLock:
        """A lock of threads."""
        return ThreadLock()

    async def pause(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)

    async def shut(self) -> None:
        """`close`, in the words of coroutines."""
        self.close()

    async def _sent(self, request: Mapping[str, Any]) -> httpx.Response:
        with self._opened().client() as client:
            reply = client.request(**request)
            elsewhere = elsewhere_of(reply)
            return reply if elsewhere is None else client.send(elsewhere)

    async def _talk(self, address: str, subprotocol: str, headers: Mapping[str, str], timeout: float) -> WebSocket:
        return WebSocket(address, subprotocol, headers, timeout, certificates())

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
        headers, transport, limits = self._headers(), self._transport, httpx.Limits(keepalive_expiry=KEEP_IDLE_S)
        trusted = certificates()

        # It must not refer to the connection, which would then never be dropped.
        def make() -> httpx.Client:
            made = None if transport is None else transport()
            return httpx.Client(headers=headers, transport=made, limits=limits, verify=trusted)

        return make


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
