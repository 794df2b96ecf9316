"""Children that begin as forks of one interpreter, in place of interpreters that all import the same.

A trial needs four new processes and more, and each would begin with a third of a second of imports. Where a
nursery is kept, they are forks of one that has imported and done nothing else
(`shared/snapshot/isolation/forking.py`). On Linux alone: elsewhere libraries do not survive a fork.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, NamedTuple

from shared.snapshot.isolation.exchange import Deadline, exchanged
from shared.snapshot.isolation.forking import ASKED, TOLD
from shared.variables import child_environment


class Origin(NamedTuple):
    """What a new interpreter would begin as, so that a fork may stand for it."""

    executable: str
    path: str
    """Where it finds modules, beside its own packages."""
    hash_seed: str


class Nursery:
    """An interpreter that is forked for each child."""

    def __init__(self, origin: Origin, prepared: Sequence[str]) -> None:
        """Start it. While this process goes on, it imports the modules and calls each `module:function`."""
        self.origin = origin
        self.spent_s = 0.0
        """Seconds of the processor that its children took which have ended."""
        self._asked = False
        self._lock = threading.Lock()
        self._control, theirs = socket.socketpair()
        with theirs:
            code = "from shared.snapshot.isolation.forking import main; main()"
            self._process = subprocess.Popen(
                [origin.executable, "-c", code, str(theirs.fileno()), *prepared],
                stdin=subprocess.DEVNULL,
                env=child_environment(PYTHONHASHSEED=origin.hash_seed, PYTHONPATH=origin.path),
                pass_fds=[theirs.fileno()],
            )

    def born(self, errors: BinaryIO, leads: bool, notes: int) -> "Born | None":
        """A child whose task is still to be told, in a process group of its own if it leads one.

        None where the interpreter has ended.
        """
        task, task_end = os.pipe()
        answer_end, answer = os.pipe()
        watched, watcher = socket.socketpair()
        try:
            given = [task, answer, errors.fileno(), notes, watcher.fileno()]
            with self._lock, contextlib.suppress(ConnectionError):
                self._asked = True
                socket.send_fds(self._control, [ASKED.pack(notes, leads)], given)
        finally:
            os.close(task)
            os.close(answer)
            watcher.close()
        pid = _told(watched)
        if pid is None:
            os.close(task_end)
            os.close(answer_end)
            watched.close()
            return None
        return Born(int(pid), self, task_end, answer_end, watched)

    def spend(self, seconds: float) -> None:
        """Add what a child took."""
        with self._lock:
            self.spent_s += seconds

    def close(self) -> None:
        """End the interpreter. Children that run go on."""
        self._control.close()
        with self._process as process:
            if not self._asked:  # it may still import
                process.kill()


class Born:
    """A child of a nursery, with as much of `subprocess.Popen` as a parent here uses."""

    def __init__(self, pid: int, nursery: Nursery, task: int, answer: int, watcher: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | Any = None
        self._nursery = nursery
        self._task = task
        self._answer = answer
        self._watcher = watcher

    def __enter__(self) -> "Born":
        return self

    def __exit__(self, *_: object) -> None:
        """Wait for its end. From here on its process id may be another's."""
        os.close(self._task)
        os.close(self._answer)
        with self._watcher:
            self._wait(Deadline(None))
            self._watcher.shutdown(socket.SHUT_WR)
            self._watcher.settimeout(None)
            self._nursery.spend(_told(self._watcher) or 0.0)

    def communicate(self, task: bytes, timeout: float | None) -> tuple[bytes, None]:
        """Tell it its task and wait for its end; what it wrote.

        Raises:
            subprocess.TimeoutExpired: it has not ended.
        """
        deadline = Deadline(timeout)
        answer = exchanged(task, self._task, self._answer, deadline)
        self._wait(deadline)
        return answer, None

    def kill(self) -> None:
        """End it, if it still runs."""
        os.kill(self.pid, signal.SIGKILL)

    def _wait(self, deadline: Deadline) -> None:
        if self.returncode is None:
            self._watcher.settimeout(deadline.left())
            try:
                status = _told(self._watcher)
            except TimeoutError:
                raise deadline.missed() from None
            self.returncode = -signal.SIGKILL if status is None else int(status)


def _told(watcher: socket.socket) -> float | None:
    """The next number that a watcher tells; None if it has ended."""
    message = watcher.recv(TOLD.size)
    return TOLD.unpack(message)[0] if message else None


_kept: Nursery | None = None


@contextlib.contextmanager
def nursery(origin: Origin, prepared: Sequence[str]) -> Iterator[None]:
    """While the block runs, new interpreters of this origin are forks of one that `Nursery` has prepared."""
    global _kept
    if _kept is not None or sys.platform != "linux":
        yield
        return
    _kept = Nursery(origin, prepared)
    try:
        yield
    finally:
        kept, _kept = _kept, None
        kept.close()


def kept_for(origin: Origin) -> Nursery | None:
    """The nursery whose forks stand for new interpreters of this origin, if one is kept."""
    return _kept if _kept is not None and _kept.origin == origin else None


def spent_by_born_s() -> float:
    """Seconds of the processor that its children took, which the system does not count to this process."""
    return 0.0 if _kept is None else _kept.spent_s
