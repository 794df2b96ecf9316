"""Servers that begin as forks of one interpreter, which has imported the application once for all of them.

A new interpreter takes a second of the processor to import it, and the tests start some two hundred servers. Where
they are kept (`kept`), a server is a process of its own as before: it has its own environment, listens, is killed
and leaves its output. On Linux alone: elsewhere libraries do not survive a fork.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from tests.server_forking import TOLD

_ROOT = Path(__file__).parents[1]


class ForkedServer:
    """One of them, with as much of `subprocess.Popen` as tests use."""

    def __init__(self, pid: int, handle: int, output: BinaryIO, told: socket.socket) -> None:
        self.pid = pid
        self.stdout = output
        """What it writes, and its errors."""
        self.returncode: int | None = None
        self._handle = handle
        """A descriptor by which no other process is meant, also once this one has ended."""
        self._told = told
        self._lock = threading.Lock()

    def __enter__(self) -> "ForkedServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.stdout.close()
        self.wait()
        self._told.close()
        os.close(self._handle)

    def poll(self) -> int | None:
        """How it ended, as in `subprocess`; None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return how it ended.

        Raises:
            subprocess.TimeoutExpired: it runs still.
        """
        with self._lock:
            if self.returncode is None:
                self._told.settimeout(timeout)
                try:
                    self.returncode = TOLD.unpack(self._told.recv(TOLD.size))[0]
                except (TimeoutError, BlockingIOError):
                    raise subprocess.TimeoutExpired("a server", timeout or 0) from None
            return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it runs."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


class ServerForks:
    """The interpreter that is forked for each server, started when the first is asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def started(self, program: Sequence[str], environment: Mapping[str, str]) -> ForkedServer:
        """A server of a program of `server_forking` with its arguments, and with this environment alone."""
        output, written = os.pipe()
        told, theirs = socket.socketpair()
        with theirs:
            with self._lock:
                socket.send_fds(self._begun(), [b"s"], [written, theirs.fileno()])
            os.close(written)
        told.sendall(json.dumps([*program, dict(environment)]).encode())
        told.shutdown(socket.SHUT_WR)
        pid, given, _, _ = socket.recv_fds(told, TOLD.size, 1)
        return ForkedServer(TOLD.unpack(pid)[0], given[0], os.fdopen(output, "rb"), told)

    def close(self) -> None:
        """End the interpreter, and with it the servers that still run."""
        if self._control is not None and self._process is not None:
            self._control.close()
            self._process.wait()
            self._control = self._process = None

    def _begun(self) -> socket.socket:
        if self._control is None:
            self._control, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-c", "from tests.server_forking import main; main()", str(theirs.fileno())],
                    cwd=_ROOT,
                    stdin=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                )
        return self._control


_kept: ServerForks | None = None


@contextlib.contextmanager
def kept() -> Iterator[None]:
    """While the block runs, servers of this interpreter are forks."""
    global _kept
    if _kept is not None or sys.platform != "linux":
        yield
        return
    _kept = ServerForks()
    try:
        yield
    finally:
        ended, _kept = _kept, None
        ended.close()


def begun(
    program: Sequence[str], environment: Mapping[str, str], python: Path | str = sys.executable
) -> "subprocess.Popen[bytes] | ForkedServer":
    """`python -m` with this program and arguments, in the project's folder and with these variables besides.

    Its output is a pipe, to which it writes its errors too. It is a new interpreter where another is asked for,
    or one of Python's own variables is given, which are read as an interpreter begins.
    """
    own = any(name.startswith("PYTHON") for name in environment)
    if _kept is not None and not own and str(python) == sys.executable:
        return _kept.started(program, {**os.environ, **environment})
    return subprocess.Popen(
        [python, "-m", *program],
        cwd=_ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
