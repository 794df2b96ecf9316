"""Whether a step takes longer with more instances, more steps in the episode or more processes on a store."""

import itertools
import os
import statistics
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.contenders import SQLITE, Contender, actions
from tests.benchmarks.load import Blocking, Next, Player, drive, request
from tests.servers import uvicorn

MANY, FEW = 100_000, 10
LATE = 10_000
_FORKS = 1000
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
# One environment for each mechanism, with long episodes; Pendulum and HalfCheetah never end by themselves.
_LONG = {"Pendulum-v1": "classic-control", "HalfCheetah-v5": "mujoco", "LunarLanderContinuous-v3": "box2d"}


class Grown(NamedTuple):
    """What grew and how far, and the median seconds of a step before and after."""

    what: str
    small: str
    large: str
    before: float
    after: float

    @property
    def ratio(self) -> float:
        """The time of a step after, divided by the time before."""
        return self.after / self.before


class Stored(NamedTuple):
    """The cost of many instances in a store."""

    step: Grown
    resident_bytes: float
    """Bytes of the server's memory for each instance that is not live."""


def instances(folder: Path, rounds: int, seconds: float, many: int = MANY) -> Stored:
    """Compare a step among few and among many stored instances, and the servers' memory afterwards."""
    with ExitStack() as stack:
        pair = [
            Contender(
                SQLITE,
                stack.enter_context(
                    uvicorn(GYM_HTTP_STORE=f"sqlite:///{folder}/{count}.db", GYM_HTTP_MAX_ENVS="1000000")
                ),
            )
            for count in (FEW, many)
        ]
        for contender, count in zip(pair, (FEW, many), strict=True):
            origin = contender.create("CartPole-v1")
            for made in range(0, count, _FORKS):
                contender.post(f"{origin}/fork/", {"count": min(_FORKS, count - made)})
        players = [(contender.port, contender.player("CartPole-v1", 0)) for contender in pair]
        before, after = _in_turns(players, rounds, seconds)
        small, large = map(_resident_bytes, pair)
    step = Grown("instances in the store", str(FEW), f"{many:,}", before, after)
    return Stored(step, (large - small) / (many - FEW))


def episodes(folder: Path, rounds: int, seconds: float, late: int = LATE) -> list[Grown]:
    """Compare a step near the beginning of an episode with one after many steps."""
    grown = []
    with uvicorn(GYM_HTTP_STORE=f"sqlite:///{folder}/episodes.db") as server:
        contender = Contender(SQLITE, server)
        for env_id in _LONG:
            steps = late if env_id in ("Pendulum-v1", "HalfCheetah-v5") else 800
            early, long = (_endless(contender, env_id) for _ in range(2))
            contender.post(
                f"{long}/rollout/", {"policy": "random", "steps": steps, "include": [], "on_end": "continue"}
            )
            # Few steps a round keep the first near its beginning; it is reset before each round.
            before, after = _in_turns(
                [
                    (contender.port, _stepping(early, env_id, reset_every=20)),
                    (contender.port, _stepping(long, env_id)),
                ],
                rounds,
                seconds / 4,
            )
            grown.append(Grown(f"steps in the episode ({env_id})", "under 20", f"{steps:,}", before, after))
    return grown


class Shared(NamedTuple):
    """Milliseconds of processor time for a step, by one process and by two that alternate."""

    alone: float
    in_turns: float

    @property
    def ratio(self) -> float:
        """The time of two, divided by the time of one."""
        return self.in_turns / self.alone


def processes(folder: Path, steps: int) -> Shared:
    """The cost of a step if another process wrote to the instance before it."""
    with ExitStack() as stack:
        store = f"sqlite:///{folder}/processes.db"
        pair = [Contender(SQLITE, stack.enter_context(uvicorn(GYM_HTTP_STORE=store))) for _ in range(2)]
        path = pair[0].create("CartPole-v1")
        bodies = [request(f"{path}/step/", body) for body in actions("CartPole-v1", 0)]
        reset = request(f"{path}/reset/", b"{}")
        found = []
        for serving in ([pair[0]], pair):
            connections = [Blocking(contender.port) for contender in serving]
            player = Player(bodies, reset)
            _play(connections, player, steps // 10)
            began = sum(processor_s(contender.server.process.pid) for contender in pair)
            _play(connections, player, steps)
            found.append(
                (sum(processor_s(contender.server.process.pid) for contender in pair) - began) / steps * 1000
            )
            for connection in connections:
                connection.close()
    return Shared(*found)


def _in_turns(players: Sequence[tuple[int, Next]], rounds: int, seconds: float) -> list[float]:
    medians: list[list[float]] = [[] for _ in players]
    for number in range(rounds + 1):
        for (port, player), into in zip(players, medians, strict=True):
            run = drive(port, [player], seconds)
            if number:
                into.append(statistics.median(run.latencies))
    return [statistics.median(each) for each in medians]


def _endless(contender: Contender, env_id: str) -> str:
    created = contender.post("/v1/envs/", {"env_id": env_id, "max_episode_steps": 1_000_000})
    path = f"/v1/envs/{created['instance_id']}"
    contender.post(f"{path}/reset/", {"seed": 1})
    return path


def _stepping(path: str, env_id: str, reset_every: int | None = None) -> Next:
    """A player that resets after a number of steps or never, whether or not the episode has ended."""
    bodies = itertools.cycle([request(f"{path}/step/", body) for body in actions(env_id, 0)])
    reset = request(f"{path}/reset/", b'{"seed": 1}')
    turns = itertools.count(1)

    def play(_: bytes) -> tuple[bytes, bool]:
        resets = reset_every is not None and next(turns) % reset_every == 0
        return (reset, False) if resets else (next(bodies), True)

    return play


def _play(connections: Sequence[Blocking], player: Player, steps: int) -> None:
    """Play a number of calls, each on the next connection."""
    reply = b""
    for _, connection in zip(range(steps), itertools.cycle(connections), strict=False):
        reply = connection.ask(player(reply)[0])


def _resident_bytes(contender: Contender) -> int:
    """The server's resident memory (`VmRSS` in proc(5))."""
    status = Path(f"/proc/{contender.server.process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


def processor_s(pid: int) -> float:
    """Seconds of processor time that the process has taken (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND
