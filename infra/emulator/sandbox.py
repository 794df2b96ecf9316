"""One Lambda sandbox without Docker: AWS's Runtime Interface Emulator around the runtime with one function.

The emulator is the binary that the AWS SAM CLI copies into its containers; `make sam` installs it.
"""

import http.client
import json
import os
import platform
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.aws.template import Function

ROOT = Path(__file__).parents[2]
LARGEST_EVENT = 6_291_556
"""The most bytes of an event or a reply that Lambda carries; the emulator would truncate a longer event."""

_INVOKE = "/2015-03-31/functions/function/invocations"
_READY_S = 30.0
_GRACE_S = 2.0
_TRIES = 5
_MACHINES = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


class SandboxFailed(Exception):
    """The emulator could not be started, or ended during an event."""


class Sandbox:
    """A process that runs the function, one event at a time: two at once would crash it."""

    def __init__(
        self,
        function: Function,
        environment: Mapping[str, str],
        log: Path,
        artefact: Path = ROOT,
        python: str = sys.executable,
    ) -> None:
        """Start the emulator; the function itself starts with the first event.

        `environment` is added to the function's own. `python` runs the code in the folder `artefact`.

        Raises:
            SandboxFailed: the emulator does not start.
        """
        self._patience_s = function.timeout_s + _READY_S
        self._log = log
        self._connection: http.client.HTTPConnection | None = None
        for _ in range(_TRIES):  # a port that was free a moment ago may be taken by now
            self._port, runtime_port = _free_port(), _free_port()
            self._process = self._start(function, environment, artefact, python, runtime_port)
            if self._listens():
                break
            self.stop()
        else:
            raise SandboxFailed(f"The emulator did not start; see {log}.")

    @property
    def pid(self) -> int:
        """The emulator's process id."""
        return self._process.pid

    def invoke(self, event: Any) -> Any:
        """The function's answer to an event; after a timeout, the emulator's sentence.

        Raises:
            SandboxFailed: the emulator ended.
        """
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=self._patience_s)
        try:
            self._connection.request("POST", _INVOKE, json.dumps(event).encode())
            answer = self._connection.getresponse().read()
        except (OSError, http.client.HTTPException) as error:
            raise SandboxFailed(f"The emulator ended ({error!r}); see {self._log}.") from error
        try:
            return json.loads(answer)
        except ValueError:
            return answer.decode(errors="replace")

    def stop(self) -> None:
        """End the emulator, and with it the function's process."""
        if self._connection is not None:
            self._connection.close()
        self._process.terminate()
        try:
            self._process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(
        self, function: Function, environment: Mapping[str, str], artefact: Path, python: str, runtime_port: int
    ) -> "subprocess.Popen[bytes]":
        addresses = [f"--runtime-interface-emulator-address=127.0.0.1:{self._port}"]
        addresses += [f"--runtime-api-address=127.0.0.1:{runtime_port}"]
        runtime = (python, "-m", "awslambdaric", function.handler)
        with self._log.open("ab") as log:
            return subprocess.Popen(
                (emulator(), *addresses, "--log-level", "error", *runtime),
                cwd=artefact,
                env={**_surroundings(function), **function.environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _listens(self) -> bool:
        deadline = time.monotonic() + _READY_S
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
                return True
            except OSError:
                time.sleep(0.01)
        return False


def emulator() -> Path:
    """The emulator's binary for this machine.

    Raises:
        SandboxFailed: the SAM CLI is not installed in `.venv/sam`, or has no emulator for this machine.
    """
    name = f"aws-lambda-rie-{_MACHINES.get(platform.machine(), platform.machine())}"
    found = next(ROOT.glob(f".venv/sam/lib/python3*/site-packages/samcli/local/rapid/{name}"), None)
    if found is None:
        raise SandboxFailed(f"There is no {name}: run `make sam`, which installs the AWS SAM CLI.")
    if not os.access(found, os.X_OK):  # the wheel lacks the executable bit
        found.chmod(0o755)
    return found


def _surroundings(function: Function) -> dict[str, str]:
    """The variables that Lambda's runtime sets, and those that a process needs on this machine."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": "/tmp",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mib),
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(function.timeout_s),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    }


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
