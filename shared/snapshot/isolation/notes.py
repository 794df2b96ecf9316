"""What a child process says of how far it is, for its parent to read at any time."""

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

_MOST_BYTES = 8192
"""What is read, and what one line may have at most: an environment's own text may be in it."""

_written_to: int | None = None
"""The descriptor in a child that was given one."""


class Notes:
    """The lines of one child, for any thread to read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None
        self._lines: list[str] = []

    def __reduce__(self) -> tuple[type["Notes"], tuple[()]]:
        return Notes, ()  # a child writes by its descriptor

    @contextmanager
    def taken(self) -> Iterator[int]:
        """The descriptor by which a child writes, while the block runs."""
        with tempfile.TemporaryFile() as file:
            self._file = file
            try:
                yield file.fileno()
            finally:
                self.lines()
                with self._lock:
                    self._file = None

    def lines(self) -> list[str]:
        """What it has said so far, one line at a time."""
        with self._lock:
            if self._file is not None:
                read = os.pread(self._file.fileno(), _MOST_BYTES, 0)
                self._lines = read.decode(errors="replace").splitlines()
            return [*self._lines]


def write_to(descriptor: int | None) -> None:
    """From here on, `say` writes there."""
    global _written_to
    _written_to = descriptor


def say(line: str) -> None:
    """Say how far this process is, if a parent wants to know."""
    if _written_to is not None:
        os.write(_written_to, line.encode(errors="replace").replace(b"\n", b" ")[: _MOST_BYTES - 1] + b"\n")
