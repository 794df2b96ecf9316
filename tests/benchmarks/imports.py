"""The time that a cold start spends on imports, by package: `python -X importtime` in fresh processes.

Of several processes the least counts, of each module by itself: what else the machine does can only add to it.
"""

import math
import resource
import subprocess
import sys
from collections import defaultdict
from typing import NamedTuple

FUNCTION = "functions.step_env"
_TIMES = 10
_LEAST_S = 0.005


class Import(NamedTuple):
    """The least seconds of a package's own modules in fresh processes, without what they import."""

    package: str
    seconds: float


def imports(module: str = FUNCTION, times: int = _TIMES) -> tuple[float, list[Import]]:
    """Processor seconds of a process that imports the module, and the packages that take the most."""
    whole = math.inf
    modules: dict[str, float] = {}
    for _ in range(times):
        before = _processor_s()
        subprocess.run([sys.executable, "-c", f"import {module}"], check=True)
        whole = min(whole, _processor_s() - before)
        for name, seconds in _once(module).items():
            modules[name] = min(seconds, modules.get(name, math.inf))
    packages: defaultdict[str, float] = defaultdict(float)
    for name, seconds in modules.items():
        packages[_package(name)] += seconds
    found = [Import(package, seconds) for package, seconds in packages.items() if seconds >= _LEAST_S]
    return whole, sorted(found, key=lambda each: -each.seconds)


def _once(module: str) -> dict[str, float]:
    """Seconds of each module that one process imports."""
    told = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", f"import {module}"], check=True, capture_output=True, text=True
    ).stderr
    seconds = {}
    for line in told.splitlines()[1:]:
        own, _, name = line.removeprefix("import time:").split("|")
        seconds[name.strip()] = int(own) / 1e6
    return seconds


def _processor_s() -> float:
    """Processor seconds of all ended child processes."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _package(name: str) -> str:
    top = name.partition(".")[0].lstrip("_")
    if top in ("functions", "shared"):
        return "this service"
    return "Python's own" if top in sys.stdlib_module_names or f"_{top}" in sys.stdlib_module_names else top
