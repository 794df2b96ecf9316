"""Real server processes over one store, killed without warning and started again."""

import asyncio
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

import httpx2

from tests.chaos.plan import Plan
from tests.forked_servers import ForkedServer, begun

_LISTENING = re.compile(rb"Uvicorn running on http://127\.0\.0\.1:(\d+)")
_START_S = 120.0
_REPLY_S = 30.0


class Server:
    """One uvicorn process after another, each on a port that the system chose."""

    def __init__(self, number: int, app: str, environment: Mapping[str, str], log: Path) -> None:
        self.number = number
        self.client: httpx2.AsyncClient | None = None
        """Of the process that runs now; None while there is none."""
        self._client: httpx2.AsyncClient | None = None
        """The killed process, until it has ended."""
        self._app = app
        self._environment = environment
        self._log = log
        self._process: subprocess.Popen[bytes] | ForkedServer | None = None
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start a process and wait until it listens."""
        program = ["uvicorn", self._app, "--port", "0", "--no-access-log"]
        self._process = await asyncio.to_thread(begun, program, self._environment)
        port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        assert self._process.stdout is not None
        self._reading = asyncio.create_task(self._read(self._process.stdout, port))
        url = f"http://127.0.0.1:{await asyncio.wait_for(port, _START_S)}"
        self.client = httpx2.AsyncClient(base_url=url, timeout=_REPLY_S)

    def kill(self) -> None:
        """Kill the process without warning: no handler runs."""
        self._client, self.client = self.client or self._client, None
        if self._process is not None:
            self._process.kill()

    async def gone(self) -> None:
        """Wait until the killed process has ended."""
        if self._process is not None and self._reading is not None:
            await self._reading
            await asyncio.to_thread(_wait_for_end, self._process)
            self._process = self._reading = None
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _read(self, output: IO[bytes], port: "asyncio.Future[int]") -> None:
        """Keep what the process writes: a full pipe that nobody reads would stop it."""
        lines = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(lines)
        await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, output)
        with self._log.open("ab") as log:
            async for line in lines:
                log.write(line)
                listening = _LISTENING.search(line)
                if listening and not port.done():
                    port.set_result(int(listening[1]))
        if not port.done():
            port.set_exception(RuntimeError(f"The server did not start; see {self._log}."))


def _wait_for_end(process: subprocess.Popen[bytes] | ForkedServer) -> None:
    with process:
        pass


async def kill_now_and_then(servers: Sequence[Server], plan: Plan) -> None:
    """Kill one of the servers whenever the plan says so, and never the last that runs."""
    while True:
        await asyncio.sleep(plan.random.uniform(0, 0.02))
        running = [server for server in servers if server.client is not None]
        if plan.kill_due and len(running) > 1:
            kill(plan.random.choice(running), plan)


def kill(server: Server, plan: Plan) -> None:
    """Kill the server if it runs, and note it in the plan."""
    if server.client is not None:
        server.kill()
        plan.kills += 1


async def keep_running(server: Server) -> None:
    """Start the server again whenever it was killed."""
    while True:
        if server.client is None:
            await server.gone()
            await server.start()
        await asyncio.sleep(0.02)
