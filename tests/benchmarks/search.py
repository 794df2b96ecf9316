"""The searches of clients/examples/search with many seeds, against what they have to reach.

python -m tests.benchmarks.search [--seeds N]
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile

from tests.servers import ROOT, uvicorn

FOLDER = ROOT / "clients" / "examples" / "search"
LEAST = {"mcts_cartpole.py": 475.0, "cem_pendulum.py": -250.0}
"""The mean return of each over ten seeds."""


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
    missed = False
    with (
        tempfile.TemporaryDirectory() as folder,
        uvicorn(GYM_HTTP_STORE=f"sqlite:///{folder}/snapshots.db", GYM_HTTP_LOG="off") as server,
    ):
        for program, least in LEAST.items():
            printed = ran(program, server.url, "--seeds", seeds)
            missed |= mean_return(printed) < least
            print(f"{printed.strip()} (at least {least:g})", flush=True)
        printed = ran("go_explore_mountaincar.py", server.url, "--seeds", seeds)
        missed |= "no goal" in printed
        print(printed.strip())
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
