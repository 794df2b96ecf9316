"""The seat in a process: of the environments whose engines cannot live beside another, the one that lives."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Sleeper(Protocol):
    """Whoever sits in a seat."""

    def sleep(self) -> None:
        """End the engine, and keep what it takes to go on."""


class Seat:
    """One seat. Whoever takes it sends to sleep who sat there."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._sitting: Sleeper | None = None

    @contextmanager
    def taken_by(self, sleeper: Sleeper) -> Iterator[None]:
        """Within this context the sleeper may have a living engine, and nobody else takes the seat."""
        with self._lock:
            if self._sitting is not None and self._sitting is not sleeper:
                self._sitting.sleep()
            self._sitting = sleeper
            yield

    @contextmanager
    def held(self) -> Iterator[None]:
        """Within this context nobody takes the seat, so that nobody falls asleep."""
        with self._lock:
            yield

    def left_by(self, sleeper: Sleeper) -> None:
        """The sleeper has no engine any more."""
        with self._lock:
            if self._sitting is sleeper:
                self._sitting = None
