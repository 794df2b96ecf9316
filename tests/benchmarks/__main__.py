"""`make bench`: measure, print the tables, and write them into a page and a JSON file if asked to."""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from shared import settings
from tests.benchmarks import tables
from tests.benchmarks.contenders import serving
from tests.benchmarks.speed import BATCH, ROLLOUT, STEP, Cell, Speeds, measure

_CELLS = [
    *(Cell("CartPole-v1", STEP, connections) for connections in (1, 8, 64)),
    *(
        Cell(env_id, STEP, connections)
        for env_id in ("LunarLander-v3", "Ant-v5", "ALE/Pong-v5", "CarRacing-v3")
        for connections in (1, 8)
    ),
    *(Cell(env_id, ROLLOUT) for env_id in ("CartPole-v1", "LunarLander-v3", "Ant-v5")),
    Cell("CartPole-v1", BATCH),
]


def main() -> None:
    """Measure what is asked for; everything, unless parts are named."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=main.__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *_PARTS], help="the parts to run")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each contender in each round")
    parser.add_argument("--only", help="cells whose environment or call this is part of")
    parser.add_argument("--without-s3", action="store_true")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    parser.add_argument("--page", type=Path, help="a page whose marked tables are written anew")
    given = parser.parse_args()
    settings.prepare_process()
    found: dict[str, Any] = {"machine": _machine()}
    for part in given.parts or _PARTS:
        print(f"\n## {part}\n", flush=True)
        text, figures = _PARTS[part](given)
        found[part] = figures
        print(text, flush=True)
        if given.page:
            tables.write(given.page, part, text)
    if given.json:
        given.json.write_text(json.dumps(found, indent=2))


def _speed(given: argparse.Namespace) -> tuple[str, Any]:
    cells = [cell for cell in _CELLS if not given.only or given.only in f"{cell.env_id} {cell.what}"]
    measured: Speeds = {}
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), s3=not given.without_s3) as contenders:
        for speeds in measure(contenders, cells, given.rounds, given.seconds):
            measured |= speeds
            print(tables.speeds(speeds), file=sys.stderr, flush=True)
    figures = [
        {**cell._asdict(), "who": name, "p50_s": each.p50s, "p99_s": each.p99s, "steps_per_s": each.rates}
        for cell, contenders_of in measured.items()
        for name, each in contenders_of.items()
    ]
    return tables.speeds(measured), figures


def _machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "load_average": os.getloadavg(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("gymnasium", "numpy", "uvicorn", "fastapi")},
    }


_PARTS: dict[str, Callable[[argparse.Namespace], tuple[str, Any]]] = {"speed": _speed}


if __name__ == "__main__":
    main()
