"""The time that a cold start spends on imports, by package: `python -X importtime` in fresh processes."""

import statistics
import subprocess
import sys
import time
from collections import Counter
from typing import NamedTuple

FUNCTION = "functions.step_env"
_TIMES = 5
_LEAST_S = 0.005


class Import(NamedTuple):
    """Median seconds of a package's own modules in fresh processes, without what they import."""

    package: str
    seconds: float


def imports(module: str = FUNCTION, times: int = _TIMES) -> tuple[float, list[Import]]:
    """Seconds from a process's start to the module's import, and the packages that take the most."""
    whole, packages = [], []
    for _ in range(times):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", f"import {module}"], check=True)
        whole.append(time.perf_counter() - began)
        packages.append(_once(module))
    medians = [
        Import(package, statistics.median(each.get(package, 0.0) for each in packages))
        for package in {*packages[0]}
    ]
    chosen = [each for each in medians if each.seconds >= _LEAST_S]
    return statistics.median(whole), sorted(chosen, key=lambda each: -each.seconds)


def _once(module: str) -> dict[str, float]:
    told = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", f"import {module}"], check=True, capture_output=True, text=True
    ).stderr
    microseconds: Counter[str] = Counter()
    for line in told.splitlines()[1:]:
        own, _, name = line.removeprefix("import time:").split("|")
        microseconds[_package(name.strip())] += int(own)
    return {package: own / 1e6 for package, own in microseconds.items()}


def _package(name: str) -> str:
    top = name.partition(".")[0].lstrip("_")
    if top in ("functions", "shared"):
        return "this service"
    return "Python's own" if top in sys.stdlib_module_names or f"_{top}" in sys.stdlib_module_names else top
