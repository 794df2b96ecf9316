"""Where a step's time goes, according to `Server-Timing`."""

import re
import statistics
import time
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.contenders import SQLITE, Contender
from tests.benchmarks.load import Blocking
from tests.servers import uvicorn

ENVIRONMENTS = ("CartPole-v1", "LunarLander-v3", "Ant-v5", "ALE/Pong-v5", "CarRacing-v3")

_TIMING = re.compile(
    rb"\r\nserver-timing: load;dur=([\d.]+), env;dur=([\d.]+), save;dur=([\d.]+)\r\n", re.IGNORECASE
)


class Phases(NamedTuple):
    """Median seconds of a step on SQLite: the whole as the client sees it, and its phases."""

    env_id: str
    whole: float
    load: float
    env: float
    save: float

    @property
    def rest(self) -> float:
        """Seconds of HTTP on both sides and of the log line."""
        return self.whole - self.load - self.env - self.save


def phases(folder: Path, steps: int = 300) -> list[Phases]:
    """The phases of a warm step of each environment, one connection."""
    with uvicorn(GYM_HTTP_STORE=f"sqlite:///{folder}/phases.db") as server:
        contender = Contender(SQLITE, server)
        return [_phases(contender, env_id, steps) for env_id in ENVIRONMENTS]


def _phases(contender: Contender, env_id: str, steps: int) -> Phases:
    player = contender.player(env_id, seed=0)
    connection = Blocking(contender.port)
    wholes, parts, reply = [], [], b""
    for _ in range(steps):
        request, counts = player(reply)
        began = time.perf_counter()
        reply = connection.ask(request)
        if counts:
            wholes.append(time.perf_counter() - began)
            timing = _TIMING.search(reply)
            assert timing is not None, reply[:300]
            parts.append([float(milliseconds) / 1000 for milliseconds in timing.groups()])
    connection.close()
    # The first tenth warms up.
    kept = slice(len(wholes) // 10, None)
    load, env, save = (statistics.median(each) for each in zip(*parts[kept], strict=True))
    return Phases(env_id, statistics.median(wholes[kept]), load, env, save)
