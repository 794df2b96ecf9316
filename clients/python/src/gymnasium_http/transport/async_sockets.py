"""The sockets of one event loop: HTTPX clients that are lent to one call at a time, and WebSockets.

With HTTPX's own pool a call takes the longer the more others are made, five times as long beside 63.
"""

import asyncio
import os
import weakref
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any

import httpx

from gymnasium_http.transport.async_websocket import AsyncWebSocket, running_loop
from gymnasium_http.transport.pool import MOST
from gymnasium_http.transport.replies import elsewhere_of


class Sockets:
    """Those that one connection has open.

    An asynchronous generator holds them: of those a loop closes what is left before it ends, and what is dropped
    meanwhile.
    """

    def __init__(self, make: Callable[[], httpx.AsyncClient]) -> None:
        """Prepare sockets in the running event loop, over clients from `make`. None is open yet."""
        self.here, self.pid = here(), os.getpid()
        self._make = make
        self._open = _Open()
        self._free = asyncio.Semaphore(MOST)
        self._held = _held(self._open)

    async def hold(self) -> None:
        """Have the loop close them."""
        await anext(self._held)

    async def close(self) -> None:
        """Close those that are not lent; those that are lent are closed when they come back."""
        await self._held.aclose()

    def add(self, talk: AsyncWebSocket) -> None:
        """Close this one with the others."""
        self._open.talks.add(talk)

    async def request(self, request: Mapping[str, Any]) -> httpx.Response:
        """The reply to a request of these arguments of HTTPX's; raises its errors.

        While all clients are lent, it waits. A client whose call raised is closed: there may be bytes of its reply
        on the way.
        """
        async with self._free:
            client = self._open.idle.pop() if self._open.idle else self._make()
            try:
                reply = await client.request(**request)
                elsewhere = elsewhere_of(reply)
                if elsewhere is not None:
                    reply = await client.send(elsewhere)
            except BaseException:
                await client.aclose()
                raise
            self._open.idle.append(client)
            if self._open.is_over:
                await self._open.close()
            return reply


class _Open:
    """What is to be closed."""

    def __init__(self) -> None:
        self.idle: deque[httpx.AsyncClient] = deque()
        self.talks: weakref.WeakSet[AsyncWebSocket] = weakref.WeakSet()
        self.is_over = False

    async def close(self) -> None:
        self.is_over = True
        for talk in list(self.talks):
            talk.close()
        while self.idle:
            await self.idle.pop().aclose()
        await asyncio.sleep(0)  # in which the loop closes the sockets of the sessions


async def _held(sockets: _Open) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        await sockets.close()


def here() -> object:
    """The process and the event loop."""
    return os.getpid(), running_loop()
