"""A soak: call far more instances than live environments for long, in all ways, and watch the server's memory."""

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
from tests.soak.calls import CALLS, KINDS, Instance, create, picture, wall

_CONNECTIONS = 4
_PATIENT = ("--timeout-keep-alive", "300")
"""While one connection makes all instances, the others are idle."""
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

    async def send(self, method: str, path: str, body: Any = None) -> Any:
        """The reply's JSON, or None where it is not JSON; the status has to be 200 or 204."""
        content = b"" if body is None else json.dumps(body).encode()
        self._writer.write(b"%s %s HTTP/1.1\r\nHost: localhost\r\n" % (method.encode(), path.encode()))
        self._writer.write(
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(content), content)
        )
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        reply = await self._reader.readexactly(length)
        if head.split(b" ", 2)[1] not in (b"200", b"204"):
            raise RuntimeError(f"{method} {path} answered {head!r} {reply!r}")
        return json.loads(reply) if b"content-type: application/json" in head else None

    def close(self) -> None:
        """Close it."""
        self._writer.close()


@dataclass
class Soak:
    """Calls randomly chosen instances over several connections."""

    url: str
    calls: int
    instances: int
    memory: "Memory"
    draw: random.Random = field(default_factory=lambda: random.Random(0))
    _made: list[Instance] = field(default_factory=list)
    _busy: set[str] = field(default_factory=set)
    _done: int = 0

    async def run(self) -> None:
        """Create the instances and call them."""
        connections = [await Connection.to(self.url) for _ in range(_CONNECTIONS)]
        for _ in range(self.instances):
            [kind] = self.draw.choices(KINDS, [kind.share for kind in KINDS])
            self._made.append(await create(connections[0], kind))
        for instance in self._made:  # the copies are made once
            await picture(connections[0], instance, self.draw)
            await wall(connections[0], instance, self.draw)
        await asyncio.gather(*(self._drive(connection) for connection in connections))
        for connection in connections:
            connection.close()

    async def _drive(self, connection: Connection) -> None:
        while self._done < self.calls:
            self._done += 1
            if self._done % max(1, self.calls // _SAMPLES) == 0:
                self.memory.sample(self._done)
            instance = self.draw.choice(self._made)
            if instance.path in self._busy:  # with another connection, which counts on what it did before
                continue
            self._busy.add(instance.path)
            [call] = self.draw.choices(list(CALLS), list(CALLS.values()))
            await call(connection, instance, self.draw)
            self._busy.remove(instance.path)


@dataclass
class Memory:
    """The resident memory of a process, in MiB, after so many calls of the run."""

    process: int
    curve: list[tuple[int, float]] = field(default_factory=list)

    def sample(self, calls: int) -> None:
        """Measure now (`VmRSS` in proc(5))."""
        status = Path(f"/proc/{self.process}/status").read_text()
        kibibytes = int(status.partition("VmRSS:")[2].split()[0])
        self.curve.append((calls, kibibytes / 1024))

    @property
    def growth(self) -> float:
        """How far the peak after the second tenth is above that of the second tenth, as a fraction.

        Peaks, because a picture's OpenGL context takes 60 MiB while it is there.
        """
        last = self.curve[-1][0]
        settled = [size for calls, size in self.curve if _SETTLED * last <= calls <= 2 * _SETTLED * last]
        return max(size for calls, size in self.curve if calls >= _SETTLED * last) / max(settled) - 1


@contextmanager
def served(live: int) -> Iterator[tuple[str, Memory]]:
    """A server with at most `live` live environments, and its memory. If it ends, its words are printed."""
    with (
        tempfile.TemporaryDirectory() as directory,
        uvicorn(
            options=_PATIENT,
            GYM_HTTP_STORE=f"sqlite:///{directory}/snapshots.db",
            GYM_HTTP_LIVE_ENVS=str(live),
            GYM_HTTP_LOG="errors",
        ) as server,
    ):
        try:
            yield server.url, Memory(server.process.pid)
        except (OSError, EOFError):
            server.kill()
            print(f"status {server.process.returncode}:", server.rest.result(60).decode()[-4000:])
            raise


def main() -> None:
    """Print the curve of memory; exit with status 1 if it was not flat."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.run", description=main.__doc__)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--instances", type=int, default=500)
    parser.add_argument("--live", type=int, default=50, help="environments that the server keeps")
    given = parser.parse_args()
    with served(given.live) as (url, memory):
        began = time.monotonic()
        asyncio.run(Soak(url, given.calls, given.instances, memory).run())
        seconds = time.monotonic() - began
    for calls, size in memory.curve[:: max(1, len(memory.curve) // 20)]:
        print(f"{calls:>8} calls {size:7.1f} MiB {'#' * int(size / 10)}")
    print(
        f"{given.calls} calls on {given.instances} instances, {given.live} of them live, in {seconds:.0f} s; "
        f"memory grew by at most {memory.growth:.1%} after the first tenth"
    )
    sys.exit(1 if memory.growth > _MOST_GROWTH else 0)


if __name__ == "__main__":
    main()
