"""Two thousand open sessions, each of which makes a step in every round, and all of them at once."""

import asyncio
import itertools
import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.contenders import SQLITE, Contender
from tests.benchmarks.growth import processor_s
from tests.benchmarks.wires.frames import SocketConnection, handshake, plain
from tests.functions.test_call_limit import answered
from tests.functions.test_call_limit import workers as processes_of
from tests.servers import supervised

CROWD = 2048
_LIVE = {"64 of them live": 64, "all of them live": CROWD + 1}
_FORKS = 1000


class Round(NamedTuple):
    """One step of every session: the seconds of each until it was answered, and the server's processor time."""

    latencies: Sequence[float]
    processor: float

    @property
    def p99(self) -> float:
        """The seconds in which 99 of 100 were answered."""
        return sorted(self.latencies)[math.ceil(len(self.latencies) * 0.99) - 1]


class Crowd(NamedTuple):
    """What the sessions of one server came to."""

    live: str
    sessions: int
    p99: float
    """The median round's, in seconds."""
    processor: float
    """A step's, in seconds; the median round's."""
    session_bytes: float
    """Of the server's memory for each session, with what its steps have left."""


def crowds(folder: Path, rounds: int, sessions: int = CROWD) -> list[Crowd]:
    """Measure a server with the default cache of live environments, and one that keeps all of them live."""
    return [_crowd(folder / str(live), what, live, rounds, sessions) for what, live in _LIVE.items()]


def _crowd(folder: Path, what: str, live: int, rounds: int, sessions: int) -> Crowd:
    folder.mkdir()
    environment = {"GYM_HTTP_STORE": f"sqlite:///{folder}/crowd.db", "GYM_HTTP_LIVE_ENVS": str(live)}
    with supervised(GYM_HTTP_LOG="errors", **environment) as server:
        assert answered(server, "/v1/readyz/")
        contender = Contender(SQLITE, server)
        paths = _instances(contender, sessions)
        [process] = processes_of(server)
        before = _resident_bytes(process)
        played = asyncio.run(_played(contender.port, paths, process, rounds))
        grown = _resident_bytes(process) - before
    middle = len(played) // 2
    return Crowd(
        what,
        sessions,
        sorted(each.p99 for each in played)[middle],
        sorted(each.processor for each in played)[middle] / sessions,
        grown / sessions,
    )


def _instances(contender: Contender, count: int) -> list[str]:
    origin = contender.create("CartPole-v1")
    paths: list[str] = []
    while len(paths) < count:
        forked = contender.post(f"{origin}/fork/", {"count": min(_FORKS, count - len(paths))})
        paths += [f"/v1/envs/{each}" for each in forked["instance_ids"]]
    return paths


async def _played(port: int, paths: Sequence[str], process: int, rounds: int) -> list[Round]:
    loop = asyncio.get_running_loop()
    seats = [_Seat(_Alternating(path)) for path in paths]
    for seat in seats:
        await loop.create_connection(partial(_itself, seat), "127.0.0.1", port)
    await asyncio.gather(*(seat.ready for seat in seats))
    played = []
    for _ in range(rounds):
        before = processor_s(process)
        await asyncio.gather(*[seat.step() for seat in seats])
        played.append(Round([seat.latencies.pop() for seat in seats], processor_s(process) - before))
    for seat in seats:
        seat.leave()
    return played


class _Seat(SocketConnection):
    """A session that makes one step when it is told to, and stays open."""

    opening = 1

    def step(self) -> asyncio.Future[None]:
        """Make a step; done when it is answered."""
        self.finished = asyncio.get_running_loop().create_future()
        self.play(until=-math.inf)
        return self.finished

    def leave(self) -> None:
        """Close the session."""
        self._transport.close()

    def _end(self, error: Exception | None) -> None:
        if error is not None:
            super()._end(error)
        elif not self.finished.done():
            self.finished.set_result(None)


class _Alternating:
    """Pushes the cart to the left and to the right by turns, by which the pole stays up for many steps."""

    def __init__(self, path: str) -> None:
        steps = itertools.cycle([plain("step", {"action": 0}), plain("step", {"action": 1})])
        self._sent = itertools.chain([(handshake(f"{path}/session/"), False)], zip(steps, itertools.repeat(True)))

    def __call__(self, _: bytes) -> tuple[bytes, bool]:
        return next(self._sent)


def _itself(seat: _Seat) -> _Seat:
    return seat


def _resident_bytes(process: int) -> int:
    """The process's resident memory (`VmRSS` in proc(5))."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


def rows(found: Sequence[Crowd]) -> list[list[str]]:
    """The rows of the table."""
    return [
        [
            each.live,
            f"{each.sessions:,}",
            f"{each.p99:.2f}",
            f"{each.processor * 1e6:,.0f}",
            f"{each.session_bytes / 1024:,.0f}",
        ]
        for each in found
    ]
