"""What a CartPole step costs each server over each wire: processor time and latency, by turns in one run."""

import statistics
from collections.abc import Sequence
from typing import NamedTuple

from tests.benchmarks.load import Run, drive_at
from tests.benchmarks.wires.servers import OPENENV, Served, Wire, wires

CONNECTIONS = (1, 64)


class Step(NamedTuple):
    """The medians of the rounds, in seconds."""

    wire: str
    connections: int
    processor: float
    """The server's processor time for a step. A reset after each episode is in it."""
    p50: float


def steps(theirs: Served, ours: Served, rounds: int, seconds: float) -> list[Step]:
    """Every wire at every number of connections."""
    return [
        each
        for connections in CONNECTIONS
        for each in _in_turns(wires(theirs, ours, connections), connections, rounds, seconds)
    ]


def _in_turns(made: Sequence[Wire], connections: int, rounds: int, seconds: float) -> list[Step]:
    runs: dict[str, list[Run]] = {wire.name: [] for wire in made}
    for number in range(rounds + 1):
        for wire in made:
            wire.restart()
            run = drive_at(wire.players, seconds, wire.connection, wire.served.processor_s)
            if number:  # the first only warms up
                runs[wire.name].append(run)
    return [
        Step(
            name,
            connections,
            statistics.median(run.processor_a_step for run in of),
            statistics.median(statistics.median(run.latencies) for run in of),
        )
        for name, of in runs.items()
    ]


def rows(found: Sequence[Step]) -> list[list[str]]:
    """The rows of the table, with each wire's ratios to OpenEnv's."""
    theirs = {each.connections: each for each in found if each.wire == OPENENV}
    return [
        [
            each.wire,
            str(each.connections),
            f"{each.processor * 1e6:,.0f}",
            f"{each.processor / theirs[each.connections].processor:.2f}",
            f"{each.p50 * 1e6:,.0f}",
            f"{each.p50 / theirs[each.connections].p50:.2f}",
        ]
        for each in found
    ]
