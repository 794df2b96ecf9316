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

from infra.proofs.compatibility_samples import MODULES, SAMPLES, Sample
from shared.snapshot.versions.compatibility import ENGINES
from shared.snapshot.versions.proved import TABLE, Line, lines_in
from shared.variables import child_environment, prepare_process

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

    def env_ids(self) -> set[str]:
        """The ids that are registered there."""
        code = f"import gymnasium, json, {', '.join(MODULES)}; print(json.dumps([*gymnasium.registry]))"
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
    for written, continued in (sides, sides[::-1]):
        known = written.env_ids() & continued.env_ids()
        for part in given.part or SAMPLES:
            samples = [sample for sample in SAMPLES[part] if sample.env_id in known]
            _note(written, continued, part, proved=_prove(written, continued, samples, given.processes))
    return 0


def _prove(written: Side, continued: Side, samples: Sequence[Sample], processes: int) -> bool:
    """Whether there are samples, and none of them came out differently."""
    commands = [sample.command(written.interpreter, continued.interpreter) for sample in samples]
    refusals = []
    with concurrent.futures.ThreadPoolExecutor(processes) as pool:
        for sample, refusal in zip(samples, pool.map(refusal_of, commands), strict=True):
            title = f"{written.package} {written.version} to {continued.version}: {sample}"
            print(f"{title}: {refusal or '0 differences'}", flush=True)
            refusals.append(refusal)
    return bool(refusals) and not any(refusals)


def refusal_of(command: Sequence[str]) -> str | None:
    """Why the conformance suite did not pass; None if it did."""
    ran = subprocess.run(
        command, env=child_environment(PYTHONPATH=str(Path.cwd())), text=True, capture_output=True, check=False
    )
    return None if ran.returncode == 0 else (ran.stdout or ran.stderr).strip()[-500:]


def _note(written: Side, continued: Side, part: str, *, proved: bool) -> None:
    """Put into the table what came of a part, in place of what it said before; a run can be made in parts."""
    place = (written.package, written.version, continued.version)
    parts = {(each.package, each.written, each.continued): {*each.parts} for each in lines_in(TABLE)}
    parts[place] = parts.get(place, set()) - {part} | ({part} if proved else set())
    lines = [Line(*each, tuple(sorted(of))) for each, of in sorted(parts.items()) if of]
    TABLE.write_bytes(msgspec.json.format(msgspec.json.encode(lines), indent=1) + b"\n")


if __name__ == "__main__":
    sys.exit(main())
