"""What a call costs two workers, each called for its own instances as by a proxy, and what it costs one."""

import statistics
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.contenders import SQLITE, Contender
from tests.benchmarks.growth import processor_s
from tests.benchmarks.load import Next, drive_at
from tests.benchmarks.speed import BATCH_SIZE, batches
from tests.functions.test_call_limit import answered
from tests.functions.test_call_limit import workers as processes_of
from tests.servers import Server, by_workers

CONNECTIONS = 64
_ENV_ID = "CartPole-v1"
# As for the other contenders: the lines would go to the process that makes the load.
_QUIET = {"GYM_HTTP_LOG": "errors", "GYM_HTTP_LIVE_ENVS": "256"}


class Cost(NamedTuple):
    """The median processor time of a call, all processes together, in seconds."""

    what: str
    one: float
    two: float

    @property
    def ratio(self) -> float:
        """The time of two workers, divided by that of one."""
        return self.two / self.one


class _Served(NamedTuple):
    server: Server
    players: Sequence[tuple[int, Next]]


def workers(folder: Path, rounds: int, seconds: float) -> list[Cost]:
    """Alternate between a server with one worker and a server with two, under the same load."""
    with ExitStack() as stack:
        servers = [
            stack.enter_context(by_workers(count, {"GYM_HTTP_STORE": f"sqlite:///{folder}/{count}.db", **_QUIET}))
            for count in (1, 2)
        ]
        found = []
        for what, play in (("a step at 64 connections", _steps), (f"a batch of {BATCH_SIZE}", _batches)):
            pair = [_Served(server, play([*_contenders(server)])) for server in servers]
            costs: list[list[float]] = [[], []]
            for number in range(rounds + 1):
                for served, into in zip(pair, costs, strict=True):
                    cost = _cost(served, seconds)
                    if number:  # the first only warms up
                        into.append(cost)
            found.append(Cost(what, *map(statistics.median, costs)))
    return found


def _contenders(server: Server) -> Sequence[Contender]:
    """The server's workers, or itself if it has one."""
    contenders = [Contender(SQLITE, replace(server, url=url)) for url in server.workers or [server.url]]
    for each in contenders:
        assert answered(each.server, "/v1/readyz/")
    return contenders


def _steps(contenders: Sequence[Contender]) -> list[tuple[int, Next]]:
    chosen = [contenders[number % len(contenders)] for number in range(CONNECTIONS)]
    return [(each.port, each.player(_ENV_ID, seed)) for seed, each in enumerate(chosen)]


def _batches(contenders: Sequence[Contender]) -> list[tuple[int, Next]]:
    return [(each.port, batches(each, _ENV_ID)) for each in (contenders[0], contenders[-1])]


def _cost(served: _Served, seconds: float) -> float:
    before = _processor_s(served.server)
    run = drive_at(served.players, seconds)
    return (_processor_s(served.server) - before) / len(run.latencies)


def _processor_s(server: Server) -> float:
    return sum(map(processor_s, [server.process.pid, *processes_of(server)]))
