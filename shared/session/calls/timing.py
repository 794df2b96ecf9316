"""When a request began, and where its time went."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec


class Timing(msgspec.Struct):
    """Seconds that a request has spent so far in each phase, added up over its tries and its calls."""

    began: float = msgspec.field(default_factory=time.perf_counter)
    """A reading of `time.perf_counter`."""
    load: float = 0.0
    """Asking the store for the snapshot, and restoring the environment where it is not live."""
    env: float = 0.0
    """Calling the environment, capturing its state and encoding the reply."""
    save: float = 0.0
    """Writing the snapshot."""
    replay: float = 0.0
    """Making recorded calls again, and drawing and encoding what they come to."""
    calls: int = 0
    """Calls on instances; several in a batch."""
    retries: int = 0
    """How often a call was tried again, because another process wrote first or a write failed."""

    ended: float | None = None
    """The same at the end; None while the request is under way."""

    @contextmanager
    def replaying(self) -> Iterator[None]:
        """The block makes recorded calls again."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.replay += time.perf_counter() - began

    def elapsed(self) -> float:
        """Seconds from when the request came until now, or until its end."""
        return (time.perf_counter() if self.ended is None else self.ended) - self.began
