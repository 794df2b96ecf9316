"""What a step costs over a distant store, alone and beside others' bulk work, and what a list in pages does."""

import math
import statistics
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from infra.s3.seaweedfs import SeaweedFS, seaweedfs
from tests.benchmarks.contenders import MEMORY, S3, Contender
from tests.benchmarks.growth import processor_s
from tests.benchmarks.load import Blocking, Player, drive
from tests.benchmarks.stores.delayed import installed
from tests.benchmarks.tables import micro, table
from tests.relay import relay
from tests.servers import uvicorn

NEAR, MANY = 16, 64
"""Connections."""
DISTANCE_S, FAKE_MS = 0.2, 5
INSTANCES, PAGE, _FORKS = 100_000, 1000, 1000
_ENV_ID = "CartPole-v1"
# As for the other contenders: the lines would go to the process that makes the load.
_QUIET = {
    "GYM_HTTP_LOG": "errors",
    "GYM_HTTP_LIVE_ENVS": "256",
    "GYM_HTTP_SIGNING_KEYS": "a key for benchmarks alone",
}


class Stores(NamedTuple):
    """Seconds, but for the rate."""

    memory_step_s: float
    """The server's processor time of a step, at `NEAR` connections, over memory."""
    s3_step_s: float
    """The same over S3."""
    paced_step_s: float
    """The same over memory where steps come as slowly as S3 lets them, so that the server sleeps between them."""
    distant_rate: float
    """Steps a second at `MANY` connections, over S3 that is `DISTANCE_S` away."""
    beside_forks_p50_s: float
    """Of a step over a store of `FAKE_MS`, while another client forks."""
    beside_forks_p99_s: float
    longest_beside_s: float
    pages_s: list[float]
    """The server's processor time of each page of a list of all instances on S3."""


def stores(folder: Path, rounds: int, seconds: float, instances: int = INSTANCES) -> Stores:
    """Measure all of them, one after the other."""
    beside = sorted(beside_forks(folder, rounds))
    with seaweedfs(folder / "s3") as s3:
        over_memory, over_s3, paced = step_costs(s3, rounds, seconds)
        return Stores(
            over_memory,
            over_s3,
            paced,
            distant_rate(s3, rounds, seconds),
            statistics.median(beside),
            beside[math.ceil(0.99 * len(beside)) - 1],
            beside[-1],
            pages(s3, instances),
        )


def step_costs(s3: SeaweedFS, rounds: int, seconds: float) -> tuple[float, float, float]:
    """The server's processor time of a step over memory, over S3, and over memory at S3's pace, by turns."""
    with ExitStack() as stack:
        pair = [
            Contender(MEMORY, stack.enter_context(uvicorn(GYM_HTTP_STORE="memory:", **_QUIET))),
            Contender(S3, stack.enter_context(uvicorn(**_over(s3, "costs")))),
        ]
        players = [[each.player(_ENV_ID, seed) for seed in range(NEAR)] for each in pair]
        costs: list[list[float]] = [[], [], []]
        for number in range(rounds + 1):
            for contender, playing, into in zip(pair, players, costs[:2], strict=True):
                before = processor_s(contender.server.process.pid)
                run = drive(contender.port, playing, seconds)
                if number:  # the first only warms up
                    into.append((processor_s(contender.server.process.pid) - before) / len(run.latencies))
            costs[-1].append(_paced(pair[0], players[0][0], run.elapsed / len(run.latencies), seconds))
        over_memory, over_s3, paced = map(statistics.median, costs)
        return over_memory, over_s3, paced


def _paced(contender: Contender, player: Player, pause_s: float, seconds: float) -> float:
    """The server's processor time of a step where one comes after each pause."""
    connection, reply, steps = Blocking(contender.port), b"", 0
    before, due = processor_s(contender.server.process.pid), time.perf_counter()
    until = due + seconds
    while due < until:
        sent, counts = player(reply)
        reply = connection.ask(sent)
        steps += counts
        due += pause_s
        time.sleep(max(0, due - time.perf_counter()))
    connection.close()
    return (processor_s(contender.server.process.pid) - before) / steps


def distant_rate(s3: SeaweedFS, rounds: int, seconds: float) -> float:
    """Steps a second over S3 that is far away."""
    with relay(DISTANCE_S) as far:
        far.lead_to(s3.endpoint)
        environment = {**_over(s3, "distant"), "AWS_ENDPOINT_URL_S3": far.url}
        with uvicorn(**environment) as server:
            contender = Contender(S3, server)
            with ThreadPoolExecutor(MANY) as pool:
                playing = [*pool.map(lambda seed: contender.player(_ENV_ID, seed), range(MANY))]
            # A round has to be many times as long as a call.
            runs = [drive(contender.port, playing, max(seconds, 20 * DISTANCE_S)) for _ in range(rounds + 1)]
            return statistics.median(len(run.latencies) / run.elapsed for run in runs[1:])


def beside_forks(folder: Path, rounds: int) -> Iterator[float]:
    """Seconds of each step that a client makes while another forks, over a store in memory that waits."""
    with uvicorn(GYM_HTTP_STORE=f"delayed:{FAKE_MS}", **installed(folder), **_QUIET) as server:
        contender = Contender("a store that waits", server)
        origin, player = contender.create(_ENV_ID), contender.player(_ENV_ID, 1)
        connection, reply = Blocking(contender.port), b""
        for _ in range(rounds):
            with ThreadPoolExecutor(1) as other:
                forking = other.submit(contender.post, f"{origin}/fork/", {"count": _FORKS})
                while not forking.done():
                    sent, counts = player(reply)
                    began = time.perf_counter()
                    reply = connection.ask(sent)
                    if counts:
                        yield time.perf_counter() - began
                forking.result()
        connection.close()


def pages(s3: SeaweedFS, instances: int) -> list[float]:
    """The server's processor time of each page of a list of so many instances."""
    with uvicorn(GYM_HTTP_MAX_ENVS="1000000", **_over(s3, "pages")) as server:
        contender = Contender(S3, server)
        origin = contender.create(_ENV_ID)
        for made in range(1, instances, _FORKS):
            contender.post(f"{origin}/fork/", {"count": min(_FORKS, instances - made)})
        process, found, address = server.process.pid, [], f"{server.url}/v1/envs/?limit={PAGE}"
        while address:
            before = processor_s(process)
            with urllib.request.urlopen(address, timeout=120) as answer:
                answer.read()
                link = answer.headers["link"] or ""
            found.append(processor_s(process) - before)
            following = link.partition("<")[2].partition(">")[0]
            address = f"{server.url}/v1/envs/{following}" if following else ""
        return found


def _over(s3: SeaweedFS, name: str) -> dict[str, str]:
    return {**s3.environment, **_QUIET, "GYM_HTTP_STORE": f"s3://{s3.create_bucket('bench')}/{name}"}


def told(found: Stores) -> str:
    """The tables of the page."""
    over_memory, over_s3, paced = found.memory_step_s, found.s3_step_s, found.paced_step_s
    costs = [*map(micro, (over_memory, over_s3)), f"{over_s3 / over_memory:.2f}"]
    at_its_pace = [micro(paced), f"{over_s3 / paced:.2f}"]
    beside = (found.beside_forks_p50_s, found.beside_forks_p99_s, found.longest_beside_s)
    of_pages = (statistics.median(found.pages_s), max(found.pages_s))
    return "\n\n".join(
        [
            table(
                (
                    "a step's processor time over memory µs",
                    "over S3",
                    "ratio",
                    "over memory at S3's pace",
                    "ratio",
                ),
                [[*costs, *at_its_pace]],
            ),
            table(("steps a second over S3 that is 200 ms away",), [[f"{found.distant_rate:.0f}"]]),
            table(("a step beside forks: p50 ms", "p99", "longest"), [[f"{each * 1000:.1f}" for each in beside]]),
            table(
                ("pages of a list on S3", "processor time ms: median", "longest"),
                [[len(found.pages_s), *(f"{each * 1000:.0f}" for each in of_pages)]],
            ),
        ]
    )
