"""Try families of other packages, each in a virtual environment of its own, and write the table: `make families`.

    python -m infra.proofs.families [--only panda]

Of each environment the table has the mechanism that its trial chose, and what a snapshot takes after 10 and after
5,000 steps: bytes, and milliseconds of the processor for a restore. Then two servers play it in turns, and every
result is compared (`long_run.py`). Installing takes minutes and gigabytes, and an environment up to an hour.
"""

import argparse
import copy
import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from infra.proofs.long_run import LongRun, long_run
from infra.proofs.retro_games import AIRSTRIKER
from shared.errors import GymHTTPError
from shared.snapshot.conformance.selection import select
from shared.snapshot.contract.calls import Reset, Step
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.make import make, register_environments
from shared.snapshot.making.vector import adopt_to_serve, subject_to_restore
from shared.variables import prepare_process

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/environments.md"
STEPS = (10, 5_000)
LONG = 100_000
"""Steps that two servers play in turns."""

_REFUSED = "refused"
_HERE = "infra.proofs.families"
_FOLDER = ROOT / "build/families"
_REPEATS = 15
_LONGEST_RUN_S = 3600.0
"""By the clock, for each environment."""
_BETWEEN = re.compile(r"(?<=<!-- families -->\n).*(?=<!-- end of families -->)", re.DOTALL)


class Family(NamedTuple):
    """Environments that one package brings."""

    package: str
    module: str
    """Registers the environments."""
    env_ids: tuple[str, ...]
    without: tuple[str, ...] = ()
    """Packages that it installs and that stand in the way of others."""


FAMILIES = (
    Family(
        "gymnasium-robotics",
        "gymnasium_robotics",
        ("AdroitHandDoor-v1", "AdroitHandPen-v1", "PointMaze_UMaze-v3", "AntMaze_UMaze-v5", "FetchReach-v4"),
    ),
    Family(
        "mo-gymnasium",
        "mo_gymnasium",
        ("mo-halfcheetah-v5", "mo-hopper-v5", "mo-humanoid-v5", "deep-sea-treasure-v0"),
        ("pygame",),
    ),
    Family("panda-gym", "panda_gym", ("PandaReach-v3", "PandaPush-v3")),
    Family("miniworld", "miniworld", ("MiniWorld-Hallway-v0",)),
    Family("stable-retro", "infra.proofs.retro_games", (AIRSTRIKER,)),
    Family("gym-pusht", "gym_pusht", ("gym_pusht/PushT-v0",), ("pygame",)),
)


class Measured(NamedTuple):
    """What an environment came to, or why it was refused."""

    env_id: str
    package: str
    mechanism: str
    sizes: tuple[int, ...] = ()
    """Bytes after each of `STEPS`."""
    restore_ms: tuple[float, ...] = ()
    """Medians of the processor's time for a restore by a new subject."""
    ended: str = ""
    """Why it did not come to the last of the steps."""
    run: LongRun | None = None
    """What two servers' turns came to."""


def main() -> int:
    """Try every family and write the table; with `--measure`, measure environments in this interpreter."""
    prepare_process()
    parser = argparse.ArgumentParser(prog="python -m infra.proofs.families", description=main.__doc__)
    parser.add_argument("--only", default="", help="only packages whose name contains this; writes no table")
    parser.add_argument("--measure", nargs="+", metavar=("PACKAGE", "MODULE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        package, module, *env_ids = given.measure
        for env_id in env_ids:
            row = measured(package, module, env_id)
            if row.mechanism != _REFUSED:
                row = row._replace(run=long_run(env_id, (module,), LONG, seconds=_LONGEST_RUN_S))
            print(json.dumps(row), flush=True)
        return 0
    found = [row for family in FAMILIES if given.only in family.package for row in tried(family)]
    print(table(found))
    if not given.only:
        PAGE.write_text(_BETWEEN.sub(lambda _: table(found), PAGE.read_text()))
    return 0


def tried(family: Family) -> list[Measured]:
    """Install the family and measure its environments there."""
    interpreter = _FOLDER / family.package / "bin/python"
    uv = [sys.executable, "-m", "uv"]
    if not interpreter.exists():
        subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, interpreter.parents[1]], check=True)
    install = [*uv, "pip", "install", "--quiet", "--python", str(interpreter)]
    subprocess.run([*install, "--editable", f"{ROOT}[all]", family.package], check=True)
    if family.without:
        subprocess.run([*uv, "pip", "uninstall", "--quiet", "--python", interpreter, *family.without], check=True)
        subprocess.run([*install, "--reinstall-package", "pygame-ce", "pygame-ce"], check=True)
    told = subprocess.run(
        ["nice", interpreter, "-m", _HERE, "--measure", family.package, family.module, *family.env_ids],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return list(rows_in(told.stdout.splitlines()))


def rows_in(lines: Iterable[str]) -> Iterator[Measured]:
    """What `--measure` printed; environments print too."""
    for line in lines:
        if line.startswith('["'):
            row = Measured(*json.loads(line))
            yield row if row.run is None else row._replace(run=LongRun(*row.run))


def measured(package: str, module: str, env_id: str) -> Measured:
    """Try the environment as the service does, step it and restore it now and then."""
    register_environments((module,))
    told = f"{package} {version(package)}"
    recipe = Recipe(env_id, seed=1)
    try:
        mechanism = select(recipe, (module,)).selected()
    except GymHTTPError as error:
        return Measured(env_id, told, _REFUSED, ended=error.detail)
    subject, _ = adopt_to_serve(mechanism, make(recipe), recipe)
    actions = copy.deepcopy(subject.env.action_space)  # a sample of its own would be a change of the environment
    actions.seed(1)
    subject.apply(Reset(seed=1))
    sizes, restores, ended = [], [], ""
    for count in range(1, max(STEPS) + 1):
        try:
            _, _, terminated, truncated, _ = subject.apply(Step(actions.sample()))
        except GymHTTPError as error:
            ended = f"step {count}: {error.detail}"
            break
        if count in STEPS:
            body = subject.capture()
            sizes.append(len(body))
            restores.append(statistics.median(_restore_s(mechanism, recipe, body) for _ in range(_REPEATS)) * 1e3)
        elif terminated or truncated:
            subject.apply(Reset())
            subject.capture()
    return Measured(env_id, told, mechanism.name, tuple(sizes), tuple(restores), ended)


def _restore_s(mechanism: Any, recipe: Recipe, body: bytes) -> float:
    began = time.thread_time()
    subject = subject_to_restore(mechanism, recipe)
    subject.restore(body)
    took = time.thread_time() - began
    subject.close()
    return took


def table(rows: Sequence[Measured]) -> str:
    """The rows as Markdown."""
    head = [
        "package",
        "environment",
        "mechanism",
        *(f"bytes at {n:,}" for n in STEPS),
        *(f"restore at {n:,}" for n in STEPS),
        "steps in turns",
        "differences",
        "restore by turns",
        "largest",
    ]
    lines = [head, ["---"] * len(head)]
    for row in rows:
        sizes = [f"{size:,}" for size in row.sizes]
        restores = [f"{each:.1f} ms" for each in row.restore_ms]
        missing = ["-"] * (len(STEPS) - len(sizes))
        own = [row.package, f"`{row.env_id}`", _carried(row)]
        lines.append([*own, *sizes, *missing, *restores, *missing, *_in_turns(row.run)])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _in_turns(run: LongRun | None) -> list[str]:
    if run is None:
        return ["-"] * 4
    restores = ["-" if each is None else f"{each:.1f}" for each in (run.evicted_ms, run.held_ms)]
    return [f"{run.steps:,}", f"{run.differences:,}", f"{' / '.join(restores)} ms", f"{run.largest_bytes:,}"]


def _carried(row: Measured) -> str:
    ended = " ".join(row.ended.split())
    return f"`{row.mechanism}`" if not ended else f"`{row.mechanism}`; {ended[:160]}"


if __name__ == "__main__":
    sys.exit(main())
