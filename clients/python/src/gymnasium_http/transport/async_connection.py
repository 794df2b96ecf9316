"""Calls to one server that are awaited, over sockets of the event loop that awaits them."""

import asyncio
import os
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from gymnasium_http.transport.address import DEFAULT_URL, certificates
from gymnasium_http.transport.async_sockets import Sockets, here
from gymnasium_http.transport.async_websocket import AsyncWebSocket
from gymnasium_http.transport.caller import Caller
from gymnasium_http.transport.connection import KEEP_IDLE_S, Connection


class AsyncConnection(Caller):
    """Calls to one server over persistent connections, which several environments and tasks may share.

    The first call in an event loop opens the sockets, as does the first after `close`. They are closed with the
    loop at the latest. A hundred calls are made over HTTP at a time, and more wait. Unpickled, in a forked process
    or in another event loop, it opens sockets of its own.
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        api_key: str | None = None,
        timeout: float = 30.0,
        patience: float | None = None,
        transport: Callable[[], httpx.AsyncBaseTransport] | None = None,
        sessions: bool = True,
    ) -> None:
        """Prepare a connection. Nothing is sent yet.

        The arguments are those of `Connection`; `transport` makes one that is awaited.

        Raises:
            ValueError: it is not an http or https URL.
        """
        super().__init__(url, api_key, timeout, patience, sessions, transport is None)
        self._transport = transport
        self._sockets: Sockets | None = None
        self._left: list[Sockets] = []
        """Those of a parent process, whose event loop would be told if they were dropped here."""

    def __reduce__(self) -> tuple[Any, ...]:
        options = (self._api_key, self.timeout, self.patience, self._transport, self._sessions)
        return _reconnected, (self.url, *options)

    def blocking(self) -> Connection:
        """A connection to the same server for `make`, which blocks."""
        return Connection(
            self.url,
            api_key=self._api_key,
            timeout=self.timeout,
            patience=self.patience,
            sessions=self._sessions,
        )

    @property
    def is_open(self) -> bool:
        """Whether it may hold sockets: a call was made in this event loop since the last `close`."""
        return self._sockets is not None and self._sockets.here == self.here()

    async def close(self) -> None:
        """Close the sockets. The next call opens new ones."""
        sockets = self._sockets
        if sockets is not None and sockets.here == self.here():
            self._sockets = None
            await sockets.close()

    call = Caller.ask
    page = Caller.ask_page
    download = Caller.ask_file
    upload = Caller.send_file
    shut = close

    def here(self) -> object:
        """The process and the event loop."""
        return here()

    def lock(self) -> asyncio.Lock:
        """A lock of tasks."""
        return asyncio.Lock()

    async def pause(self, seconds: float) -> None:
        """Let others run meanwhile."""
        await asyncio.sleep(seconds)

    async def _sent(self, request: Mapping[str, Any]) -> httpx.Response:
        return await (await self._opened()).request(request)

    async def _talk(
        self, address: str, subprotocol: str, headers: Mapping[str, str], timeout: float
    ) -> AsyncWebSocket:
        sockets = await self._opened()
        talk = await AsyncWebSocket.connect(address, subprotocol, headers, timeout, certificates())
        sockets.add(talk)
        return talk

    async def _opened(self) -> Sockets:
        sockets = self._sockets
        if sockets is None or sockets.here != self.here():
            if sockets is not None and sockets.pid != os.getpid():
                self._left.append(sockets)
            sockets = self._sockets = Sockets(self._client_maker())
            await sockets.hold()
        return sockets

    def _client_maker(self) -> Callable[[], httpx.AsyncClient]:
        headers, transport, limits = self._headers(), self._transport, httpx.Limits(keepalive_expiry=KEEP_IDLE_S)
        trusted = certificates()

        # It must not refer to the connection, which would then never be dropped.
        def make() -> httpx.AsyncClient:
            made = None if transport is None else transport()
            return httpx.AsyncClient(headers=headers, transport=made, limits=limits, verify=trusted)

        return make


def _reconnected(
    url: str,
    api_key: str | None,
    timeout: float,
    patience: float | None,
    transport: Callable[[], httpx.AsyncBaseTransport] | None,
    sessions: bool,
) -> AsyncConnection:
    return AsyncConnection(
        url, api_key=api_key, timeout=timeout, patience=patience, transport=transport, sessions=sessions
    )
