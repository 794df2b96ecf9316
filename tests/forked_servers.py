"""Servers that begin as forks of one interpreter, which has imported the application once for all of them.

A new interpreter takes a second of the processor to import it, and the tests start some two hundred servers. Where
they are kept (`kept`), a server is a process of its own as before: it has its own environment, listens, is killed
and leaves its output. On Linux alone: elsewhere libraries do not survive a fork.
"""

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

_STATUS = struct.Struct("<q")
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
                    self.returncode = _STATUS.unpack(self._told.recv(_STATUS.size))[0]
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
        """A server of a program of `_programs` with its arguments, and with this environment alone."""
        output, written = os.pipe()
        told, theirs = socket.socketpair()
        with theirs:
            with self._lock:
                socket.send_fds(self._begun(), [b"s"], [written, theirs.fileno()])
            os.close(written)
        told.sendall(json.dumps([*program, dict(environment)]).encode())
        told.shutdown(socket.SHUT_WR)
        pid, given, _, _ = socket.recv_fds(told, _STATUS.size, 1)
        return ForkedServer(_STATUS.unpack(pid)[0], given[0], os.fdopen(output, "rb"), told)

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
                    [sys.executable, "-c", f"from {__name__} import main; main()", str(theirs.fileno())],
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
    if sys.platform != "linux":
        yield
        return
    before, _kept = _kept, ServerForks()
    mine = _kept
    try:
        yield
    finally:
        _kept = before
        mine.close()


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


def main() -> None:
    """Fork a server for each message on the socket that is named first, until its other end closes."""
    control = socket.socket(fileno=int(sys.argv[1]))
    before = dict(os.environ)
    programs = _programs()
    by_imports = {name: value for name, value in os.environ.items() if before.get(name) != value}
    gc.freeze()
    running = selectors.PollSelector()  # nothing of it is shared with a fork
    running.register(control, selectors.EVENT_READ)
    while True:
        for key, _ in running.select():
            if key.fileobj is not control:
                _bury(running, key)
                continue
            asked, given, _, _ = socket.recv_fds(control, 1, 2)
            if not asked:
                running.unregister(control)
                for each in [*running.get_map().values()]:
                    with contextlib.suppress(ProcessLookupError):
                        signal.pidfd_send_signal(each.fd, signal.SIGKILL)
                    _bury(running, each)
                os._exit(0)
            told = socket.socket(fileno=given[1])
            pid = os.fork()
            if pid == 0:
                control.close()
                _serve(programs, by_imports, given[0], told)
                return
            os.close(given[0])
            handle = os.pidfd_open(pid)
            socket.send_fds(told, [_STATUS.pack(pid)], [handle])
            running.register(handle, selectors.EVENT_READ, (pid, told))


def _programs() -> Mapping[str, Callable[[], Any]]:
    """What servers run, by name. With it comes what each of them imports before it serves."""
    import uvicorn.lifespan.on
    import uvicorn.logging
    import uvicorn.loops.auto
    import uvicorn.protocols.http.auto
    import uvicorn.protocols.websockets.auto

    import functions.local
    import functions.serve

    for later in ("shared.storage.sqlite", "shared.web.app.behind"):
        import_module(later)
    return {"uvicorn": uvicorn.main, "functions.serve": functions.serve.main}


def _serve(
    programs: Mapping[str, Callable[[], Any]], by_imports: Mapping[str, str], written: int, told: socket.socket
) -> None:
    """Become the server that is told."""
    import numpy as np

    with told, told.makefile("rb") as task:
        name, *arguments, environment = json.load(task)
    for stream in (1, 2):
        os.dup2(written, stream)
    os.close(written)
    os.environ.clear()
    os.environ.update({**by_imports, **environment})
    np.random.seed()  # those of `random` are seeded anew by a fork itself
    sys.argv = [name, *arguments]
    programs[name]()


def _bury(running: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
    """Tell how a server ended."""
    pid, told = key.data
    _, status = os.waitpid(pid, 0)
    running.unregister(key.fileobj)
    os.close(key.fd)
    with told, contextlib.suppress(BrokenPipeError):  # nobody asks any more
        told.sendall(_STATUS.pack(os.waitstatus_to_exitcode(status)))
