"""A call whose reply is lost, or that is cancelled, is applied once."""

import asyncio

import gymnasium_http
import httpx
import pytest
from gymnasium_http import AsyncConnection
from gymnasium_http.transport.async_websocket import AsyncWebSocket
from gymnasium_http.transport.frames import Gone
from sameness import same

from asynchronous.acrobot import ACTIONS, episode, in_process


@pytest.mark.parametrize("before", [True, False], ids=["before it arrived", "after it was applied"])
def test_a_call_whose_connection_is_lost_is_applied_once(
    url: str, monkeypatch: pytest.MonkeyPatch, before: bool
) -> None:
    asked, count = AsyncWebSocket.asked, 0

    async def lossy(self: AsyncWebSocket, message: bytes, timeout: float) -> bytes:
        nonlocal count
        count += 1
        if count % 5 == 0 and before:
            raise Gone
        reply = await asked(self, message, timeout)
        if count % 5 == 0:
            raise Gone
        return reply

    monkeypatch.setattr(AsyncWebSocket, "asked", lossy)

    async def play() -> None:
        async with await gymnasium_http.make_async("Acrobot-v1", url=url) as env:
            assert same(await episode(env), in_process())
            assert (await env.record())["revision"] == len(ACTIONS) + 1

    asyncio.run(play())


class Holding(httpx.AsyncHTTPTransport):
    """Keeps the reply to the first step for ever."""

    def __init__(self, applied: asyncio.Event) -> None:
        super().__init__()
        self._applied = applied

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        reply = await super().handle_async_request(request)
        if request.url.path.endswith("/step/") and not self._applied.is_set():
            await reply.aclose()
            self._applied.set()
            await asyncio.Event().wait()
        return reply


@pytest.mark.parametrize("sessions", [True, False])
def test_a_cancelled_call_is_applied_once_when_it_is_made_again(
    url: str, monkeypatch: pytest.MonkeyPatch, sessions: bool
) -> None:
    asked = AsyncWebSocket.asked

    async def play() -> None:
        applied = asyncio.Event()

        async def held(self: AsyncWebSocket, message: bytes, timeout: float) -> bytes:
            await asked(self, message, timeout)
            applied.set()
            await asyncio.Event().wait()
            return b""

        env = await gymnasium_http.make_async("Sum-v0", url=url)
        await env.reset()
        if not sessions:
            env.connection = AsyncConnection(url, transport=lambda: Holding(applied))
        with monkeypatch.context() as patched:
            patched.setattr(AsyncWebSocket, "asked", held)
            step = asyncio.create_task(env.step(5))
            await applied.wait()
            step.cancel()
            with pytest.raises(asyncio.CancelledError):
                await step
        assert (await env.step(5))[0] == 5
        assert (await env.step(5))[0] == 10
        await env.close()

    asyncio.run(play())
