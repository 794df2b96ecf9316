"""What a child process may use, told before there is one and without what starts it."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from shared.snapshot.isolation.notes import Notes

_TIMES_BY_THE_CLOCK = 4
_LONGEST_WAIT_S = 1e6
"""More than this, `poll` does not take."""


class Leash:
    """Ends a child from another thread: at once, or as soon as it has begun."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pulled = False
        self._end: Callable[[], None] | None = None

    def __reduce__(self) -> tuple[type["Leash"], tuple[()]]:
        return Leash, ()  # a child's own copy holds nobody

    def pull(self) -> None:
        """End the child."""
        with self._lock:
            self._pulled = True
            if self._end is not None:
                self._end()

    @contextlib.contextmanager
    def holds(self, end: Callable[[], None]) -> Iterator[None]:
        """Let `end` be how the child is ended, while the block runs."""
        with self._lock:
            self._end = end
            if self._pulled:
                end()
        try:
            yield
        finally:
            with self._lock:  # from here on its process id may be another's
                self._end = None


@dataclass(frozen=True)
class Limits:
    """What a child and the processes that it starts may use."""

    seconds: float = 120.0
    """Of the processor."""
    bytes: int | None = 4 * 1024**3
    """Writable memory (`RLIMIT_DATA`). Address space that is only reserved does not count."""
    patience_s: float | None = None
    """Seconds by the clock, also if they wait; by default some times `seconds`."""
    leash: Leash = field(default_factory=Leash, compare=False)
    """Ends them before."""
    notes: Notes = field(default_factory=Notes, compare=False)
    """What the child says of how far it is."""

    @property
    def wait_s(self) -> float:
        """Seconds by the clock until they have to be over."""
        asked = _TIMES_BY_THE_CLOCK * self.seconds if self.patience_s is None else self.patience_s
        return min(asked, _LONGEST_WAIT_S)
