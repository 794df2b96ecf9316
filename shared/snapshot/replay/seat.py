"""The seat in a process: of the environments whose engines cannot live beside another, the one that lives."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar


class Sleeper(Protocol):
    """Whoever sits in a seat."""

    def sleep(self) -> None:
        """End the engine, or leave it to whoever comes, and keep what it takes to go on."""


class Left(Protocol):
    """An engine that was left to whoever comes, with what tends it."""

    def let_go(self) -> None:
        """End the engine."""


LeftT = TypeVar("LeftT", bound=Left)


class Seat(Generic[LeftT]):
    """One seat. Whoever takes it sends to sleep who sat there."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._sitting: Sleeper | None = None
        self._left: tuple[bytes, LeftT] | None = None

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

    def leave(self, kind: bytes, engine: LeftT) -> None:
        """Whoever falls asleep leaves a living engine, which can go on as any other of its kind."""
        self._left = (kind, engine)

    def left_for(self, kind: bytes) -> LeftT | None:
        """The engine that was left, if it is of this kind. Any other is ended, so that there is room for one."""
        left, self._left = self._left, None
        if left is None or left[0] == kind:
            return left and left[1]
        left[1].let_go()
        return None
