"""What a CartPole step costs a Python program and the server that it calls, by turns in one run."""

import json
import statistics
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from tests.benchmarks.wires.servers import ENV_ID, PYTHON, Served
from tests.servers import ROOT

THEIRS = "OpenEnv's client, its own server"
FACE = "OpenEnv's client, our face"
SESSION = "ours, a session"
HTTP = "ours, HTTP"

_STEPS = 800
"""Of each client in each round: about a third of a second."""


class Step(NamedTuple):
    """The medians of the rounds, in seconds."""

    client: str
    processor: float
    """The client's processor time for a step."""
    server: float
    """The server's."""
    p50: float


class _Program:
    """A client in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], served: Served) -> None:
        self._process = process
        self._served = served

    def play(self, steps: int) -> tuple[float, float, float]:
        """Seconds for a step: of the client's processor time, of the server's, and the median latency."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        before = self._served.processor_s()
        self._process.stdin.write(f"{steps}\n")
        self._process.stdin.flush()
        found = json.loads(self._process.stdout.readline())
        return found["processor"] / steps, (self._served.processor_s() - before) / steps, found["p50"]


def steps(theirs: Served, ours: Served, rounds: int) -> list[Step]:
    """Every client, each alone on its server."""
    with ExitStack() as stack:
        face = f"{ours.server.url}/openenv/{ENV_ID}"
        programs = {
            name: stack.enter_context(_program(client, url, served))
            for name, client, url, served in (
                (THEIRS, "openenv", theirs.server.url, theirs),
                (FACE, "openenv", face, ours),
                (SESSION, "session", ours.server.url, ours),
                (HTTP, "http", ours.server.url, ours),
            )
        }
        found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in programs}
        for number in range(rounds + 1):
            for name, program in programs.items():
                played = program.play(_STEPS)
                if number:  # the first only warms up
                    found[name].append(played)
    return [Step(name, *map(statistics.median, zip(*of, strict=True))) for name, of in found.items()]


@contextmanager
def _program(client: str, url: str, served: Served) -> Iterator[_Program]:
    program = ROOT / "tests" / "benchmarks" / "wires" / "player.py"
    command = [str(PYTHON), str(program), client, url]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process:
        yield _Program(process, served)
        process.kill()


def rows(found: Sequence[Step]) -> list[list[str]]:
    """The rows of the table, with each client's ratios to OpenEnv's on its own server."""
    [theirs] = [each for each in found if each.client == THEIRS]
    return [
        [
            each.client,
            f"{each.processor * 1e6:,.0f}",
            f"{each.processor / theirs.processor:.2f}",
            f"{each.server * 1e6:,.0f}",
            f"{each.server / theirs.server:.2f}",
            f"{each.p50 * 1e6:,.0f}",
            f"{each.p50 / theirs.p50:.2f}",
        ]
        for each in found
    ]
