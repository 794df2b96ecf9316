"""Prove that one version of a package continues what another wrote, and write the table: `make compatibility`.

    python -m infra.proofs.compatibility numpy 2.4.6 2.5.5:python3.13

Each version is installed from the package index into a virtual environment of its own, with the versions of this
one otherwise. Every sample runs the conformance suite, written under one and continued under the other, in both
directions. A part of the table is proved if all of its samples come out without a difference.
"""

import argparse
import concurrent.futures
import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

import msgspec

from infra.proofs.compatibility_samples import SAMPLES
from shared.settings import child_environment, prepare_process
from shared.snapshot.versions.compatibility import ENGINES
from shared.snapshot.versions.proved import TABLE, Line, lines_in

_FOLDER = Path("build/compatibility")
_INSTALLED = (
    *("numpy", "gymnasium", "cloudpickle", "pygame-ce", "opencv-python-headless"),
    *("mujoco", "box2d", "ale-py", "minigrid", "msgspec", "pillow", "imageio", "packaging", "pydantic", "boto3"),
)
"""What every virtual environment has: this package's needs, and those of the samples."""


class Side(NamedTuple):
    """A version of the package in a virtual environment of its own."""

    package: str
    version: str
    python: str
    """The interpreter that the virtual environment is made from."""

    @classmethod
    def of(cls, package: str, told: str) -> "Side":
        """The side that `VERSION` or `VERSION:PYTHON` means."""
        version_told, _, python = told.partition(":")
        return cls(package, version_told, python or sys.executable)

    @property
    def interpreter(self) -> Path:
        """The virtual environment's."""
        folder = f"{self.package}-{self.version}-{Path(self.python).name}"
        return (_FOLDER / folder / "bin/python").absolute()

    def install(self) -> None:
        """Make the virtual environment, unless it is there."""
        if self.interpreter.exists():
            return
        uv = [sys.executable, "-m", "uv"]
        subprocess.run([*uv, "venv", "--quiet", "--python", self.python, self.interpreter.parents[1]], check=True)
        pip = [*uv, "pip", "install", "--quiet", "--python", str(self.interpreter)]
        try:
            subprocess.run([*pip, *self.requirements()], check=True)
        except subprocess.CalledProcessError:
            self.interpreter.unlink()  # so that the next run installs again
            raise

    def requirements(self) -> Iterable[str]:
        """What is installed there: this version of the package, and of all others the versions here."""
        for name in _INSTALLED:
            try:
                yield f"{name}=={self.version if name == self.package else version(name)}"
            except PackageNotFoundError:
                yield name

    def env_ids(self, modules: Iterable[str]) -> set[str]:
        """The ids that are registered there."""
        code = f"import gymnasium, json, {', '.join(modules)}; print(json.dumps([*gymnasium.registry]))"
        output = subprocess.run([self.interpreter, "-c", code], check=True, stdout=subprocess.PIPE).stdout
        return {*json.loads(output.splitlines()[-1])}


def main() -> int:
    """Prove both directions, write the table, and tell what differed."""
    parser = argparse.ArgumentParser(prog="python -m infra.proofs.compatibility", description=main.__doc__)
    parser.add_argument("package")
    parser.add_argument("sides", nargs=2, metavar="VERSION[:PYTHON]")
    parser.add_argument("--part", action="append", help=f"of {', '.join(SAMPLES)}; by default all")
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    if given.package in ENGINES:
        parser.error(f"{given.package} is an engine, of which only equal versions are accepted")
    prepare_process()
    sides = [Side.of(given.package, told) for told in given.sides]
    for side in sides:
        side.install()
    parts = given.part or [*SAMPLES]
    for written, continued in (sides, sides[::-1]):
        proved = _prove(written, continued, parts, given.processes)
        _write(Line(given.package, written.version, continued.version, tuple(sorted(proved))), parts)
    return 0


def _prove(written: Side, continued: Side, parts: Sequence[str], processes: int) -> set[str]:
    """The parts without a difference in any of their samples."""
    modules = ("ale_py", "minigrid")
    known = written.env_ids(modules) & continued.env_ids(modules)
    samples = [(part, sample) for part in parts for sample in SAMPLES[part] if sample.env_id in known]
    failed = set()
    with concurrent.futures.ThreadPoolExecutor(processes) as pool:
        commands = [sample.command(written.interpreter, continued.interpreter) for _, sample in samples]
        for (part, sample), refusal in zip(samples, pool.map(refusal_of, commands), strict=True):
            title = f"{written.package} {written.version} to {continued.version}: {part}: {sample}"
            print(f"{title}: {refusal or '0 differences'}", flush=True)
            if refusal is not None:
                failed.add(part)
    return {part for part, _ in samples} - failed


def refusal_of(command: Sequence[str]) -> str | None:
    """Why the conformance suite did not pass; None if it did."""
    ran = subprocess.run(
        command, env=child_environment(PYTHONPATH=str(Path.cwd())), text=True, capture_output=True, check=False
    )
    return None if ran.returncode == 0 else (ran.stdout or ran.stderr).strip()[-500:]


def _write(line: Line, tried: Sequence[str]) -> None:
    """Put the line into the table in place of what it said of the parts that were tried."""
    lines = {(each.package, each.written, each.continued): each for each in lines_in(TABLE)}
    place = (line.package, line.written, line.continued)
    kept = {*lines[place].parts} - {*tried} if place in lines else set()
    parts = sorted(kept | {*line.parts})
    lines[place] = msgspec.structs.replace(line, parts=tuple(parts))
    found = sorted(each for each in lines.values() if each.parts)
    TABLE.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")


if __name__ == "__main__":
    sys.exit(main())
