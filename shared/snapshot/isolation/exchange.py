"""Telling a process its task by one pipe while its answer is read from another, until a deadline."""

import os
import selectors
import subprocess
import time

_AT_ONCE = 65536
"""Bytes that are written or read in one turn."""


class Deadline:
    """So many seconds from now, or never."""

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds
        self._ends = None if seconds is None else time.monotonic() + seconds

    def left(self) -> float | None:
        """The seconds until then; None for ever.

        Raises:
            subprocess.TimeoutExpired: none are left.
        """
        if self._ends is None:
            return None
        left = self._ends - time.monotonic()
        if left <= 0:
            raise self.missed()
        return left

    def missed(self) -> subprocess.TimeoutExpired:
        """The exception that says so."""
        return subprocess.TimeoutExpired("a child", self._seconds or 0.0)


def exchanged(task: bytes, to: int, source: int, deadline: Deadline) -> bytes:
    """Write the task to one pipe, and return all that comes from the other until that is closed.

    Raises:
        subprocess.TimeoutExpired: it was not closed in time.
    """
    unsent, read = memoryview(task), [b""]
    os.set_blocking(to, False)
    with selectors.DefaultSelector() as waiting:
        waiting.register(to, selectors.EVENT_WRITE)
        waiting.register(source, selectors.EVENT_READ)
        while True:
            for key, _ in waiting.select(deadline.left()):
                if key.fd == source:
                    read.append(os.read(source, _AT_ONCE))
                    if not read[-1]:
                        return b"".join(read)
                else:
                    unsent = _unsent(unsent, to)
                    if not unsent:
                        waiting.unregister(to)


def _unsent(task: memoryview, to: int) -> memoryview:
    """What is left of the task after as much was written as the pipe takes."""
    try:
        return task[os.write(to, task[:_AT_ONCE]) :]
    except BrokenPipeError:  # the reader has ended; its status says how
        return task[:0]
