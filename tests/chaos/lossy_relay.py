"""A relay to any server that runs, which loses replies: it takes them, and hangs up on both sides."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from tests.chaos.fleet import Server
from tests.chaos.plan import Plan

LOST = "reply lost"
_NO_REPLY = (b"HTTP/1.1 101", b"\x89")
"""How an upgrade and a ping begin, which answer no call."""


class LossyRelay:
    """Leads each connection to a server, and loses the replies that the plan says."""

    def __init__(self, servers: Sequence[Server], plan: Plan) -> None:
        self._servers = servers
        self._plan = plan

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """The address of the relay, as long as the block lasts."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0, backlog=1024)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()

    async def _connected(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        with contextlib.closing(to_client), contextlib.suppress(OSError):
            upstream, to_upstream = await self._upstream()
            with contextlib.closing(to_upstream):
                pumps = [
                    asyncio.create_task(_pump(client, to_upstream)),
                    asyncio.create_task(_pump(upstream, to_client, self._plan)),
                ]
                try:
                    await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for pump in pumps:
                        pump.cancel()
                    await asyncio.wait(pumps)

    async def _upstream(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        running = [server.client for server in self._servers if server.client is not None]
        if not running:
            raise ConnectionRefusedError("no server runs")
        url = self._plan.random.choice(running).base_url
        return await asyncio.open_connection(url.host, url.port)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, plan: Plan | None = None) -> None:
    """Pass on what comes, until either side is gone or, with a plan, a reply is to be lost."""
    with contextlib.suppress(OSError):
        while data := await source.read(65_536):
            if plan is not None and not data.startswith(_NO_REPLY) and plan.draw([LOST], chance=0.5):
                return
            sink.write(data)
            await sink.drain()
