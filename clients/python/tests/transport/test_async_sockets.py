"""No two tasks ever use the same client, and what must wait waits."""

import asyncio

import httpx
import pytest
from gymnasium_http.transport.async_sockets import Sockets
from gymnasium_http.transport.pool import MOST


class Alone(httpx.AsyncBaseTransport):
    """Replies to what it is sent with the same, and fails if two tasks use it at once."""

    def __init__(self) -> None:
        self.is_used = self.is_closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert not self.is_closed
        assert not self.is_used
        self.is_used = True
        await asyncio.sleep(0)
        if request.content == b"fail":
            raise httpx.ReadError("lost", request=request)
        self.is_used = False
        return httpx.Response(200, content=request.content)

    async def aclose(self) -> None:
        self.is_closed = True


@pytest.fixture
def transports() -> list[Alone]:
    return []


async def opened(transports: list[Alone]) -> Sockets:
    def make() -> httpx.AsyncClient:
        transports.append(Alone())
        return httpx.AsyncClient(transport=transports[-1])

    sockets = Sockets(make)
    await sockets.hold()
    return sockets


async def ask(sockets: Sockets, said: str) -> bool:
    reply = await sockets.request({"method": "POST", "url": "http://example", "content": said})
    return reply.text == said


def test_more_tasks_than_clients_wait_for_a_client_of_their_own(transports: list[Alone]) -> None:
    async def play() -> None:
        sockets = await opened(transports)
        assert all(await asyncio.gather(*(ask(sockets, str(number)) for number in range(3 * MOST))))
        await sockets.close()

    asyncio.run(play())
    assert len(transports) == MOST
    assert all(each.is_closed for each in transports)


def test_a_client_whose_call_raised_is_not_lent_again(transports: list[Alone]) -> None:
    async def play() -> None:
        sockets = await opened(transports)
        with pytest.raises(httpx.ReadError):
            await ask(sockets, "fail")
        assert await ask(sockets, "1")
        assert await ask(sockets, "2")
        assert [each.is_closed for each in transports] == [True, False]

    asyncio.run(play())
    assert all(each.is_closed for each in transports), "the loop closes what is left"


def test_a_client_that_is_lent_is_closed_when_it_comes_back(transports: list[Alone]) -> None:
    async def play() -> None:
        sockets = await opened(transports)
        asked = asyncio.create_task(ask(sockets, "1"))
        await asyncio.sleep(0)
        await sockets.close()
        assert await asked
        assert transports[0].is_closed

    asyncio.run(play())
