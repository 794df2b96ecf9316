"""A soak: step far more instances than live environments for long, and watch the server's memory."""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.servers import uvicorn

_ACTIONS: dict[str, list[Any]] = {
    "CartPole-v1": [0, 1],
    "FrozenLake-v1": [0, 1, 2, 3],
    "Pendulum-v1": [[-1.0], [0.5]],
}
_CONNECTIONS = 4
_SAMPLES = 100
_SETTLED = 0.1
"""The fraction of the run after which memory has to be flat."""
_MOST_GROWTH = 0.05


class Connection:
    """An HTTP/1.1 client on one keep-alive connection, which leaves the processor to the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def to(cls, url: str) -> "Connection":
        """A connection to the server at the URL."""
        address = urlsplit(url)
        return cls(*await asyncio.open_connection(address.hostname, address.port))

    async def post(self, path: str, body: Any) -> Any:
        """Send a request and return its JSON; the status has to be 200."""
        content = json.dumps(body).encode()
        self._writer.write(b"POST %s HTTP/1.1\r\nHost: soak\r\n" % path.encode())
        self._writer.write(
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(content), content)
        )
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        reply = await self._reader.readexactly(length)
        if b" 200 " not in head.partition(b"\r\n")[0]:
            raise RuntimeError(f"{path} answered {head!r} {reply!r}")
        return json.loads(reply)

    def close(self) -> None:
        """Close it."""
        self._writer.close()


@dataclass
class Soak:
    """Steps randomly chosen instances over several connections."""

    url: str
    steps: int
    instances: int
    memory: "Memory"
    draw: random.Random = field(default_factory=lambda: random.Random(0))
    _made: list[tuple[str, str]] = field(default_factory=list)
    _done: int = 0

    async def run(self) -> None:
        """Create the instances and step them."""
        connections = [await Connection.to(self.url) for _ in range(_CONNECTIONS)]
        for _ in range(self.instances):
            env_id = self.draw.choices(list(_ACTIONS), (7, 2, 1))[0]
            created = await connections[0].post("/v1/envs/", {"env_id": env_id})
            path = f"/v1/envs/{created['instance_id']}"
            await connections[0].post(f"{path}/reset/", {"seed": 1})
            self._made.append((path, env_id))
        await asyncio.gather(*(self._drive(connection) for connection in connections))
        for connection in connections:
            connection.close()

    async def _drive(self, connection: Connection) -> None:
        while self._done < self.steps:
            self._done += 1
            if self._done % max(1, self.steps // _SAMPLES) == 0:
                self.memory.sample(self._done)
            path, env_id = self.draw.choice(self._made)
            reply = await connection.post(f"{path}/step/", {"action": self.draw.choice(_ACTIONS[env_id])})
            if reply["terminated"] or reply["truncated"]:
                await connection.post(f"{path}/reset/", {})


@dataclass
class Memory:
    """The resident memory of a process, in MiB, at steps of the run."""

    process: int
    curve: list[tuple[int, float]] = field(default_factory=list)

    def sample(self, step: int) -> None:
        """Measure now (`VmRSS` in proc(5))."""
        status = Path(f"/proc/{self.process}/status").read_text()
        kibibytes = int(status.partition("VmRSS:")[2].split()[0])
        self.curve.append((step, kibibytes / 1024))

    @property
    def growth(self) -> float:
        """The largest growth after the run had settled, as a fraction of the memory at that time."""
        settled = [size for step, size in self.curve if step >= _SETTLED * self.curve[-1][0]]
        return max(settled) / settled[0] - 1


@contextmanager
def served(live: int) -> Iterator[tuple[str, Memory]]:
    """A server with at most `live` live environments, and its memory."""
    with (
        tempfile.TemporaryDirectory() as directory,
        uvicorn(GYM_HTTP_STORE=f"sqlite:///{directory}/snapshots.db", GYM_HTTP_LIVE_ENVS=str(live)) as server,
    ):
        yield server.url, Memory(server.process.pid)


def main() -> None:
    """Print the curve of memory; exit with status 1 if it was not flat."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.run", description=main.__doc__)
    parser.add_argument("--steps", type=int, default=200_000)
    parser.add_argument("--instances", type=int, default=500)
    parser.add_argument("--live", type=int, default=50, help="environments that the server keeps")
    given = parser.parse_args()
    with served(given.live) as (url, memory):
        began = time.monotonic()
        asyncio.run(Soak(url, given.steps, given.instances, memory).run())
        seconds = time.monotonic() - began
    for step, size in memory.curve[:: max(1, len(memory.curve) // 20)]:
        print(f"{step:>8} steps {size:7.1f} MiB {'#' * int(size / 4)}")
    print(
        f"{given.steps} steps over {given.instances} instances, {given.live} of them live, in {seconds:.0f} s; "
        f"memory grew by at most {memory.growth:.1%} after the first tenth"
    )
    sys.exit(1 if memory.growth > _MOST_GROWTH else 0)


if __name__ == "__main__":
    main()
