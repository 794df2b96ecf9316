"""The searches of clients/examples/search with many seeds, against what they have to reach.

python -m tests.benchmarks.search [--seeds N]
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator

from tests.servers import ROOT, uvicorn

FOLDER = ROOT / "clients" / "examples" / "search"
LEAST = {"mcts_cartpole.py": 475.0, "cem_pendulum.py": -250.0}
"""The mean return of each over ten seeds."""
GOALS = ("MountainCar-v0", "MiniGrid-DoorKey-5x5-v0")
"""Where Go-Explore has to find the goal on every seed."""
MINIGRID = ROOT / "build" / "minigrid"
"""Where `make search` installs what the tests do without."""


def ran(program: str, url: str, *options: str) -> str:
    """What a program prints on a server."""
    path = os.pathsep.join([str(ROOT / "clients" / "python" / "src"), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, program, url, *options]
    environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.run(command, cwd=FOLDER, env=environment, check=True, capture_output=True, text=True).stdout


def mean_return(printed: str) -> float:
    """The mean return that a program printed."""
    found = re.search(r"mean return (-?[\d.]+)", printed)
    assert found is not None, printed
    return float(found[1])


def main() -> int:
    """Run all of them; 1 if one reaches less than it has to."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.search")
    parser.add_argument("--seeds", default="10")
    seeds = parser.parse_args().seeds
    with (
        tempfile.TemporaryDirectory() as folder,
        uvicorn(
            GYM_HTTP_STORE=f"sqlite:///{folder}/snapshots.db",
            GYM_HTTP_LOG="off",
            GYM_HTTP_ENV_MODULES="minigrid",
            PYTHONPATH=str(MINIGRID),
        ) as server,
    ):
        missed = [*_too_low(server.url, seeds), *_without_a_goal(server.url, seeds)]
    return len(missed)


def _too_low(url: str, seeds: str) -> Iterator[str]:
    for program, least in LEAST.items():
        printed = ran(program, url, "--seeds", seeds)
        print(f"{printed.strip()} (at least {least:g})", flush=True)
        if mean_return(printed) < least:
            yield program


def _without_a_goal(url: str, seeds: str) -> Iterator[str]:
    for env_id in GOALS:
        printed = ran("go_explore.py", url, "--env", env_id, "--seeds", seeds)
        print(printed.strip(), flush=True)
        if "no goal" in printed:
            yield env_id


if __name__ == "__main__":
    sys.exit(main())
