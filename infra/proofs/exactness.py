"""Prove every environment that can be created exact, and write the table of results: `make exactness`.

Each environment is proved in a process of its own, so that a crash costs one row. Rows that the table already has
are kept unless `--again` is given, so that a long run can be made in parts.
"""

import argparse
import concurrent.futures
import fnmatch
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import gymnasium

from shared import settings, variables
from shared.snapshot.making.env_ids import registered_family
from shared.snapshot.making.make import register_environments

_TABLE = Path("docs/exactness.md")
_HEAD = """# Exactness

`make exactness` has proved the environments below with {versions}.

Snapshots are taken before the first reset and, in episodes 1, 2, 3 and 7, after the reset, after a frame, in the
middle and at the end. Each is continued for {further} calls in a fresh process with another hash seed, an unseeded
reset among them. A chain of {chain} calls is made with a restore before every one. If a render mode is named, a
frame is drawn every fifth step; with MuJoCo, whose frames take 0.1 s in software, every twentieth. The bits of
every result and of every generator are compared with an environment that was never interrupted.
[architecture.md](architecture.md#how-exactness-is-proved) says more.

Bytes and times are medians of a capture and of a restore, on two cores that were busy with other work. The last
cell says so if a row was proved in fewer calls. A render mode without a row has not been run. An id without a row
cannot be used: MuJoCo's of versions 2 and 3 have moved to another package, Pusher-v4 needs MuJoCo below 3,
GymV21Environment-v0 and GymV26Environment-v0 need a package of their own, and the MiniGrid-WFC ids need files that
minigrid's wheel lacks.

| id | render mode | mechanism | snapshots | bytes | capture | restore | differences |
|---|---|---|---|---|---|---|---|
"""
_DISTRIBUTIONS = ("gymnasium", "numpy", "ale-py", "mujoco", "box2d", "pygame-ce", "jax", "minigrid", "highway-env")
_MINUTES = 20
_FURTHER = 200
_CHAIN = 100


def main() -> None:
    """Prove the matching ids, each with and without frames, and write the table."""
    parser = argparse.ArgumentParser(prog="python -m infra.proofs.exactness", description=main.__doc__)
    parser.add_argument("patterns", nargs="*", default=["*"], help="ids or shell patterns: 'ALE/*'")
    parser.add_argument("--again", action="store_true", help="prove those that have a row again")
    parser.add_argument("--render-mode", action="append", help="'' for none; default: '' and rgb_array")
    parser.add_argument("--further", type=int, default=_FURTHER)
    parser.add_argument("--chain", type=int, default=_CHAIN)
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    variables.prepare_process()
    modules = settings.read().env_modules
    register_environments(modules)
    rows = _rows_before()
    wanted = [
        (env_id, render_mode)
        for env_id in sorted(gymnasium.registry)
        if any(fnmatch.fnmatch(env_id, pattern) for pattern in given.patterns)
        for render_mode in given.render_mode or ("", "rgb_array")
        if given.again or (env_id, render_mode) not in rows
    ]
    proof = _Proof(given.further, given.chain, modules)
    with concurrent.futures.ThreadPoolExecutor(given.processes) as pool:
        waiting = {pool.submit(_prove, *each, proof): each for each in wanted}
        for done in concurrent.futures.as_completed(waiting):
            row = done.result()
            print(row or f"| {waiting[done][0]} cannot be created |", flush=True)
            if row:
                rows[waiting[done]] = row
                _write(rows)


class _Proof(NamedTuple):
    further: int
    chain: int
    modules: Sequence[str]

    def arguments(self, env_id: str) -> list[str]:
        """The arguments of the command that proves one environment."""
        family = registered_family(env_id)
        frames = [] if family is None else ["--frames-every", str(family.frames_every)]
        modules = [part for module in self.modules for part in ("--module", module)]
        return ["--further", str(self.further), "--chain", str(self.chain), *frames, *modules]

    def differences(self) -> str:
        """No differences, in how many calls if they were fewer than the table's head says."""
        if self.further >= _FURTHER and self.chain >= _CHAIN:
            return "0"
        return f"0 in {self.further} calls on and a chain of {self.chain}"


def _prove(env_id: str, render_mode: str, proof: _Proof) -> str | None:
    """The environment's row, or None if it cannot be created."""
    command = [
        sys.executable,
        "-m",
        "shared.snapshot.conformance",
        env_id,
        "--json",
        *proof.arguments(env_id),
    ]
    command += ["--render-mode", render_mode] if render_mode else []
    told = _run(command)
    if told is None:
        return _row(env_id, render_mode, *["-"] * 5, f"not finished in {_MINUTES} minutes")
    output, errors = told
    # The last line of a traceback, without this machine's paths.
    answer: dict[str, Any] = {"raised": ["nothing", *errors.splitlines()][-1].replace(sys.prefix, "...")}
    if output.startswith("{"):
        answer = json.loads(output)
    if answer.get("refused") == "NotCreatable":
        return None
    if "mechanism" not in answer:
        reason = " ".join(str(answer.get("detail") or answer["raised"]).split()).replace("|", "/")[:200]
        return _row(env_id, render_mode, *["-"] * 5, reason)
    return _row(
        env_id,
        render_mode,
        answer["mechanism"],
        str(answer["snapshots"]),
        str(answer["bytes"]),
        f"{answer['capture_s'] * 1e6:.0f} µs",
        f"{answer['restore_s'] * 1e3:.2f} ms",
        proof.differences(),
    )


def _run(command: list[str]) -> tuple[str, str] | None:
    """The command's output and errors; None if it took too long and was killed with all that it started."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, text=True, start_new_session=True, stdout=pipe, stderr=pipe) as process:
        try:
            return process.communicate(timeout=_MINUTES * 60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return None


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _rows_before() -> dict[tuple[str, str], str]:
    if not _TABLE.exists():
        return {}
    lines = [line for line in _TABLE.read_text().splitlines() if line.startswith("| ") and " | id" not in line]
    cells = [(line, [cell.strip() for cell in line.split("|")]) for line in lines if not line.startswith("| id ")]
    return {(found[1], found[2]): line for line, found in cells}


def _write(rows: dict[tuple[str, str], str]) -> None:
    head = _HEAD.format(versions=", ".join(_versions()), further=_FURTHER, chain=_CHAIN)
    _TABLE.write_text(head + "\n".join(rows[key] for key in sorted(rows)) + "\n")


def _versions() -> list[str]:
    """The packages of the rows: as installed, and as the table has them where they are not installed here."""
    table = _TABLE.read_text() if _TABLE.exists() else ""
    found = []
    for name in _DISTRIBUTIONS:
        try:
            found.append(f"{name} {version(name)}")
        except ModuleNotFoundError:
            found += re.findall(rf"\b{name} [\w.]*\w", table.partition("\n\nSnapshots are")[0])
    return found


if __name__ == "__main__":
    main()
