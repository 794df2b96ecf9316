"""Steps, rollouts and batches of every contender, in alternating rounds.

What else the machine does then falls on all of them alike, and a ratio of medians means something.
"""

import gc
import json
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import gymnasium

from tests.benchmarks.contenders import ECHO, IN_PROCESS, LEAST, OURS, Contender, as_json, members
from tests.benchmarks.load import Player, Run, drive, request

STEP, ROLLOUT, BATCH = "step", "rollout", "batch"
ROLLOUT_STEPS = 1000
BATCH_SIZE = 64


class Cell(NamedTuple):
    """One measurement, made of every contender that supports it."""

    env_id: str
    what: str
    connections: int = 1

    @property
    def steps(self) -> int:
        """The steps in one request."""
        return {STEP: 1, ROLLOUT: ROLLOUT_STEPS, BATCH: BATCH_SIZE}[self.what]


@dataclass
class Measured:
    """The rounds of one contender in one cell."""

    steps: int
    p50s: list[float] = field(default_factory=list)
    p99s: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)

    def add(self, run: Run) -> None:
        """Add the figures of a round."""
        self.p50s.append(statistics.median(run.latencies))
        self.p99s.append(
            statistics.quantiles(run.latencies, n=100)[-1] if len(run.latencies) > 1 else run.latencies[0]
        )
        self.rates.append(len(run.latencies) * self.steps / run.elapsed)

    @property
    def p50(self) -> float:
        """Seconds of a request: the median of the rounds' medians."""
        return statistics.median(self.p50s)

    @property
    def p99(self) -> float:
        """The 99th percentile of a request's seconds: the median of the rounds' percentiles."""
        return statistics.median(self.p99s)

    @property
    def rate(self) -> float:
        """Steps a second: the median of the rounds."""
        return statistics.median(self.rates)


Speeds = dict[Cell, dict[str, Measured]]


def measure(
    contenders: Sequence[Contender], cells: Sequence[Cell], rounds: int, seconds: float
) -> Iterator[Speeds]:
    """Yield each finished cell's figures. The first round of every contender only warms it up."""
    for cell in cells:
        playing = [(each, _players(each, cell)) for each in contenders if _can(each, cell)]
        measured = {each.name: Measured(cell.steps) for each, _ in playing}
        loop = _Loop(cell.env_id) if cell.connections == 1 and cell.what != BATCH else None
        if loop is not None:
            measured[IN_PROCESS] = Measured(1 if cell.what == STEP else ROLLOUT_STEPS)
        for number in range(rounds + 1):
            for contender, players in playing:
                run = drive(contender.port, players, seconds if number else seconds / 2)
                if number:
                    measured[contender.name].add(run)
            if loop is not None and number:
                measured[IN_PROCESS].add(loop.run(cell.steps, seconds))
        yield {cell: measured}


def _can(contender: Contender, cell: Cell) -> bool:
    if cell.what != STEP:
        return contender.name in OURS
    # One has the length of its reply, the other carries its family alone.
    return contender.name not in (ECHO, LEAST) or cell.env_id == "CartPole-v1"


def _players(contender: Contender, cell: Cell) -> list[Player]:
    if cell.what == STEP:
        return [contender.player(cell.env_id, seed) for seed in range(cell.connections)]
    if cell.what == ROLLOUT:
        return [_rollouts(contender, cell.env_id, seed) for seed in range(cell.connections)]
    return [batches(contender, cell.env_id)]


def _rollouts(contender: Contender, env_id: str, seed: int) -> Player:
    path = contender.create(env_id, seed)
    chosen = [as_json(action) for action in members(env_id, seed, ROLLOUT_STEPS)]
    asked_for: dict[str, Any] = {"actions": chosen, "on_end": "reset"}
    if len(gymnasium.spec(env_id).make().observation_space.shape or ()) > 1:
        asked_for["include"] = ["rewards", "terminations", "truncations"]  # a thousand pictures are 100 MB
    body = json.dumps(asked_for).encode()
    asked = request(f"{path}/rollout/", body, accept="application/msgpack")
    return Player([asked], asked)


def batches(contender: Contender, env_id: str) -> Player:
    """A player that steps `BATCH_SIZE` instances in each request."""
    ids = [contender.create(env_id, seed).rpartition("/")[2] for seed in range(BATCH_SIZE)]
    chosen = [as_json(action) for action in members(env_id, 0, BATCH_SIZE)]
    calls = [{"instance_id": each, "action": action} for each, action in zip(ids, chosen, strict=True)]
    resets = [{"instance_id": each} for each in ids]
    return Player(
        [request("/v1/batch/step/", json.dumps({"calls": calls}).encode())],
        request("/v1/batch/reset/", json.dumps({"calls": resets}).encode()),
    )


class _Loop:
    """Measure the environment in this process, as a Python program uses it."""

    def __init__(self, env_id: str) -> None:
        self._env = gymnasium.make(env_id)
        self._env.reset(seed=0)
        self._actions = members(env_id, 0, ROLLOUT_STEPS)

    def run(self, steps: int, seconds: float) -> Run:
        gc.collect()
        latencies = []
        began = time.perf_counter()
        while time.perf_counter() - began < seconds:
            for first in range(0, ROLLOUT_STEPS, steps):
                started = time.perf_counter()
                for action in self._actions[first : first + steps]:
                    _, _, terminated, truncated, _ = self._env.step(action)
                    if terminated or truncated:
                        self._env.reset()
                latencies.append(time.perf_counter() - started)
        return Run(latencies, time.perf_counter() - began)
