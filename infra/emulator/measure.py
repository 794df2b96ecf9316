"""How long a function takes to start and to step in Lambda's runtime, over a local S3 server.

Every figure includes the share of the emulator and the runtime, which `livez`, a call without a store, shows
alone. That of the store is what the function waited for its write, by `Server-Timing`. Elapsed time tells of the
machine's other work too; processor time hardly does.
"""

import argparse
import json
import os
import re
import resource
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from infra.aws import template
from infra.aws.template import Function, Route
from infra.emulator import event as lambda_event
from infra.emulator.sandbox import ROOT, Sandbox
from infra.s3.seaweedfs import seaweedfs

_INSTANCE = "/v1/envs/{instance_id}"
_SAVING = re.compile(r"\bsave;dur=([\d.]+)")
_WARMING = 10
"""Events before those that are measured."""


def main() -> None:
    """Print the minimum and median of a cold start, its imports, a warm step of CartPole, and its parts."""
    parser = argparse.ArgumentParser(prog="python -m infra.emulator.measure", description=main.__doc__)
    parser.add_argument("--starts", type=int, default=7)
    parser.add_argument("--steps", type=int, default=400)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory, seaweedfs(Path(directory)) as server:
        known = {template.BUCKET: server.create_bucket("measured"), "SigningKeys": secrets.token_hex(16)}
        functions = {function.endpoint: function for function in template.read(known).functions}
        measured = _Measured(functions, server.environment, Path(directory) / "functions.log")
        starts = [measured.cold_start() for _ in range(given.starts)]
        _print("cold start, first step answered", [start.seconds for start in starts])
        _print("  of it processor time", [start.processor_s for start in starts])
        _print("  of that the interpreter and the imports", [measured.imports() for _ in range(given.starts)])
        warm = measured.warm_steps(given.steps)
        _print("warm step", [step.seconds for step in warm])
        _print("  of it the store's write", [step.store_s for step in warm])
        _print("  without the store's write", [step.seconds - step.store_s for step in warm])
        _print("  of it processor time, without the store's", [measured.step_processor_s(given.steps)])
        _print("  warm livez: emulator and runtime", measured.warm_livez(given.steps))


class _Start(NamedTuple):
    seconds: float
    processor_s: float
    """Processor time: other work on the machine disturbs it less than elapsed time."""


class _Answered(NamedTuple):
    """One event that was answered."""

    seconds: float
    store_s: float
    """How long the function waited for its write to the store."""


class _Measured:
    """The functions, and an instance of CartPole after its reset."""

    def __init__(self, functions: Mapping[str, Function], environment: Mapping[str, str], log: Path) -> None:
        self._functions = functions
        self._environment = environment
        self._log = log
        made = self._call("create_env", "/v1/envs", {"env_id": "CartPole-v1"})
        self._instance = made["instance_id"]
        self._call("reset_env", f"{_INSTANCE}/reset", {"seed": 42})

    def cold_start(self) -> "_Start":
        """The time from an event to its answer, in a process that the event starts."""
        before = _processor_s()
        [step] = self._timed(self._sandbox("step_env"), 1)
        return _Start(step.seconds, _processor_s() - before)

    def imports(self) -> float:
        """The processor time of an interpreter that imports what the function and the runtime import."""
        before = _processor_s()
        subprocess.run(
            # A sandbox is ended without a tidy exit too.
            [sys.executable, "-c", "import functions.step_env, obstore, awslambdaric, os; os._exit(0)"],
            cwd=ROOT,
            env={**os.environ, **self._functions["step_env"].environment},
            check=True,
        )
        return _processor_s() - before

    def warm_steps(self, count: int) -> list[_Answered]:
        """Each further event in one process."""
        return self._timed(self._sandbox("step_env"), count + _WARMING)[_WARMING:]

    def step_processor_s(self, count: int) -> float:
        """Processor time of a further event: what more of them take in a process than few."""
        used = []
        for events in (_WARMING, count + _WARMING):
            before = _processor_s()
            self._timed(self._sandbox("step_env"), events)
            used.append(_processor_s() - before)
        return (used[1] - used[0]) / count

    def warm_livez(self, count: int) -> list[float]:
        """Seconds of each further event in a process that asks no store."""
        event = lambda_event.event(Route("GET", "/v1/livez"), "/v1/livez")
        answered = self._timed(self._sandbox("livez"), count + _WARMING, event)[_WARMING:]
        return [each.seconds for each in answered]

    def _timed(self, sandbox: Sandbox, count: int, event: dict[str, Any] | None = None) -> list[_Answered]:
        event = event or self._event(f"{_INSTANCE}/step", {"action": 1})
        answered = []
        for _ in range(count):
            began = time.perf_counter()
            answer = sandbox.invoke(event)
            seconds = time.perf_counter() - began
            if answer["statusCode"] != 200:
                raise RuntimeError(f"The function answered {answer}; see {self._log}.")
            answered.append(_Answered(seconds, _saving_s(answer["headers"])))
        sandbox.stop()
        return answered

    def _call(self, endpoint: str, path: str, body: Any) -> Any:
        sandbox = self._sandbox(endpoint)
        answer = sandbox.invoke(self._event(path, body))
        sandbox.stop()
        return json.loads(answer["body"])

    def _sandbox(self, endpoint: str) -> Sandbox:
        return Sandbox(self._functions[endpoint], self._environment, self._log)

    def _event(self, path: str, body: Any) -> dict[str, Any]:
        target = path.replace("{instance_id}", getattr(self, "_instance", ""))
        headers = [("content-type", "application/json")]
        return lambda_event.event(Route("POST", path), target, headers=headers, content=json.dumps(body).encode())


def _saving_s(headers: Mapping[str, str]) -> float:
    """Seconds that a reply's `Server-Timing` has for saving; 0 where nothing was saved."""
    found = _SAVING.search(headers.get("server-timing", ""))
    return float(found[1]) / 1000 if found else 0.0


def _processor_s() -> float:
    """Processor seconds of all ended child processes."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _print(what: str, seconds: list[float]) -> None:
    least, middle = min(seconds) * 1000, statistics.median(seconds) * 1000
    print(f"{what:40} least {least:7.1f} ms   median {middle:7.1f} ms   of {len(seconds)}")


if __name__ == "__main__":
    main()
