"""`make bench`: measure, print the tables, and write them into a page and a JSON file if asked to."""

import argparse
import asyncio
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from shared import variables
from tests.benchmarks import (
    captures,
    crowd,
    explore,
    growth,
    imports,
    paint,
    phases,
    record,
    tables,
    workers,
)
from tests.benchmarks.contenders import serving
from tests.benchmarks.goals import Goal, goals
from tests.benchmarks.speed import BATCH, ROLLOUT, STEP, Cell, Speeds, measure
from tests.benchmarks.stores import stores
from tests.benchmarks.wires import clients, servers, steps

_ENVIRONMENTS = ("CartPole-v1", "LunarLander-v3", "Ant-v5", "ALE/Pong-v5", "CarRacing-v3")
_CELLS = [
    *(Cell(env_id, STEP, connections) for env_id in _ENVIRONMENTS for connections in (1, 8, 64)),
    # A thousand steps of CarRacing take seven seconds, and the pictures of 64 games exceed a reply.
    *(Cell(env_id, ROLLOUT) for env_id in _ENVIRONMENTS[:4]),
    *(Cell(env_id, BATCH) for env_id in _ENVIRONMENTS[:3]),
]


def main() -> None:
    """Measure the named parts, or everything."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=main.__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *_PARTS], help="the parts to run")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each contender in each round")
    parser.add_argument("--only", help="cells whose environment or call this is part of")
    parser.add_argument("--without-s3", action="store_true")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    parser.add_argument("--page", type=Path, help="a page whose marked tables are written anew")
    given = parser.parse_args()
    variables.prepare_process()
    found: dict[str, Any] = {"machine": _machine()}
    for part in given.parts or [each for each in _PARTS if each != "stores" or not given.without_s3]:
        text, found[part] = _PARTS[part](given)
        _tell(given, part, text)
    judged = [] if given.only else goals(found)
    if judged:
        _tell(given, "goals", tables.table(("goal", "bound", "measured", ""), map(_judgement, judged)))
    if given.json:
        given.json.write_text(json.dumps(found, indent=2))


def _tell(given: argparse.Namespace, part: str, text: str) -> None:
    print(f"\n## {part}\n\n{text}", flush=True)
    if given.page:
        # A goal of a part that was not measured stays as it was.
        tables.write(given.page, part, text, keep=part == "goals")


def _judgement(goal: Goal) -> list[str]:
    bound = f"{'≤' if goal.most else '≥'} {goal.bound:g} {goal.unit}"
    return [goal.what, bound, f"{goal.measured:.3g}", "met" if goal.met else "**missed**"]


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


def _phases(given: argparse.Namespace) -> tuple[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        found = phases.phases(Path(folder))
    rows = [
        [each.env_id, *map(tables.micro, (each.whole, each.load, each.env, each.save, each.rest))]
        for each in found
    ]
    head = ("environment", "a step µs", "load", "the environment and its capture", "save", "HTTP and the rest")
    return tables.table(head, rows), [each._asdict() for each in found]


def _growth(given: argparse.Namespace) -> tuple[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stored = growth.instances(folder, given.rounds, given.seconds)
        grown = [stored.step, *growth.episodes(folder, given.rounds, given.seconds)]
        shared = growth.processes(folder, steps=10_000)
    rows = [
        [
            each.what,
            each.small,
            each.large,
            tables.micro(each.before),
            tables.micro(each.after),
            f"{each.ratio:.2f}",
        ]
        for each in grown
    ]
    alone, in_turns = tables.micro(shared.alone / 1000), tables.micro(shared.in_turns / 1000)
    rows.append(
        ["processes that take every other call: processor time", "1", "2", alone, in_turns, f"{shared.ratio:.2f}"]
    )
    text = tables.table(("what grows", "from", "to", "µs a step before", "after", "ratio"), rows)
    text += (
        f"\n\nEach further instance in the store takes {stored.resident_bytes:.1f} bytes of the server's memory."
    )
    return text, {
        "grown": [each._asdict() for each in grown],
        "resident_bytes": stored.resident_bytes,
        "processes": shared._asdict(),
    }


def _snapshots(given: argparse.Namespace) -> tuple[str, Any]:
    captured = [captures.capture(env_id) for env_id in captures.ENVIRONMENTS]
    restored = {env_id: captures.restore(env_id, 1000) for env_id in ("LunarLander-v3", "CarRacing-v3")}
    asked = asyncio.run(captures.asked())
    with tempfile.TemporaryDirectory() as folder:
        forked = captures.fork(Path(folder))
    text = "\n\n".join(
        [
            tables.table(
                ("environment", "mechanism", "capture µs", "a step of it µs", "bytes"),
                [
                    [each.env_id, each.mechanism, tables.micro(each.capture), tables.micro(each.step), each.bytes]
                    for each in captured
                ],
            ),
            tables.table(
                ("call", "gets", "puts", "bytes written"),
                [[each.call, f"{each.gets:g}", f"{each.puts:g}", f"{each.bytes:,.0f}"] for each in asked],
            ),
            tables.table(
                ("what", "ms"),
                [
                    *([f"restore {env_id} at step 1,000", f"{s * 1000:.0f}"] for env_id, s in restored.items()),
                    ["fork a CartPole to 1,000 in one call, SQLite", f"{forked * 1000:.0f}"],
                ],
            ),
        ]
    )
    figures = {
        "captured": [each._asdict() for each in captured],
        "restored_s": restored,
        "asked": [each._asdict() for each in asked],
        "forked_s": forked,
    }
    return text, figures


def _workers(given: argparse.Namespace) -> tuple[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        found = workers.workers(Path(folder), given.rounds, given.seconds)
    rows = [[each.what, tables.micro(each.one), tables.micro(each.two), f"{each.ratio:.2f}"] for each in found]
    head = ("processor time", "µs by one worker", "by one of two, each with its own instances", "ratio")
    return tables.table(head, rows), [each._asdict() for each in found]


def _wires(given: argparse.Namespace) -> tuple[str, Any]:
    with tempfile.TemporaryDirectory() as folder, servers.serving(Path(folder)) as (theirs, ours):
        stepped = steps.steps(theirs, ours, given.rounds, given.seconds)
        by_clients = clients.steps(theirs, ours, given.rounds)
    ratio = "by OpenEnv's"
    step_head = ("wire", "connections", "server's µs", ratio, "p50 µs", ratio)
    client_head = ("client", "client's µs", ratio, "server's µs", ratio, "p50 µs", ratio)
    text = "\n\n".join(
        (tables.table(step_head, steps.rows(stepped)), tables.table(client_head, clients.rows(by_clients)))
    )
    return text, {
        "steps": [each._asdict() for each in stepped],
        "clients": [each._asdict() for each in by_clients],
    }


def _crowd(given: argparse.Namespace) -> tuple[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        found = crowd.crowds(Path(folder), given.rounds)
    head = ("live environments", "sessions", "p99 s", "server's µs a step", "KiB of its memory a session")
    return tables.table(head, crowd.rows(found)), [each._asdict() for each in found]


def _stores(given: argparse.Namespace) -> tuple[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        found = stores.stores(Path(folder), given.rounds, given.seconds)
    return stores.told(found), found._asdict()


def _imports(given: argparse.Namespace) -> tuple[str, Any]:
    whole, packages = imports.imports()
    rows = [[each.package, f"{each.seconds * 1000:.0f}"] for each in packages]
    rows.append(["processor time of a process that imports the step function", f"{whole * 1000:.0f}"])
    figures = {"whole_s": whole, "packages": [each._asdict() for each in packages]}
    return tables.table(("package", "ms"), rows), figures


def _paint(given: argparse.Namespace) -> tuple[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        found = paint.paints(Path(folder), given.rounds)
    rows = [[each.page, f"{each.first * 1000:.0f}", f"{each.ready * 1000:.0f}"] for each in found]
    return tables.table(("page", "first paint ms", "ready ms"), rows), [each._asdict() for each in found]


def _machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "load_average": os.getloadavg(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("gymnasium", "numpy", "uvicorn", "fastapi")},
    }


def _record(given: argparse.Namespace) -> tuple[str, Any]:
    """Recorded steps and rollouts beside others, and what it takes to verify them."""
    found = record.recorded(given.rounds)
    rows = [
        (
            f"{found.served_recorded_step / found.served_plain_step:.2f}",
            f"{found.recorded_step / found.plain_step:.2f}",
            f"{found.looped / found.recorded_rollout:.2f}",
            f"{found.looped / record.ROLLED / found.verified:.2f}",
            f"{found.bytes_a_step:.0f}",
        )
    ]
    heads = (
        "a recorded step by a plain one, served",
        "in process",
        "recorded rollout's rate",
        "verify's rate",
        "bytes a step",
    )
    return tables.table(heads, rows), found._asdict()


def _explore(given: argparse.Namespace) -> tuple[str, Any]:
    """## Futures.

    10,000 futures of 20 steps of CartPole in one process, in CPU seconds, beside a loop that sets the state. And
    what one future takes a client, beside a fork that it steps.
    """
    found = explore.explored(given.rounds)
    rows = [(f"{found.explored:.2f}", f"{found.looped:.2f}", f"{found.looped / found.explored:.2f}")]
    with tempfile.TemporaryDirectory() as folder:
        waited = explore.by_client(given.rounds, Path(folder))
    client = [
        (f"{waited.explored * 1e6:.0f}", f"{waited.forked * 1e6:,.0f}", f"{waited.forked / waited.explored:.0f}")
    ]
    told = [
        tables.table(("explore s", "bare loop s", "of its rate"), rows),
        tables.table(("a future of explore µs", "a fork and its steps µs", "times"), client),
    ]
    figures = {**found._asdict(), "client_explored": waited.explored, "client_forked": waited.forked}
    return "\n\n".join(told), figures


_PARTS: dict[str, Callable[[argparse.Namespace], tuple[str, Any]]] = {
    "speed": _speed,
    "phases": _phases,
    "explore": _explore,
    "record": _record,
    "growth": _growth,
    "workers": _workers,
    "crowd": _crowd,
    "wires": _wires,
    "stores": _stores,
    "snapshots": _snapshots,
    "imports": _imports,
    "paint": _paint,
}


if __name__ == "__main__":
    main()
