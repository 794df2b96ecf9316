"""When an instance expires: after a time without a write. Every load and list computes it; the sweep deletes."""

from collections.abc import Callable

from shared.session.stored.header import Header


class Expiry:
    """The time to live of one store's instances."""

    def __init__(self, idle_ttl_s: float, now: Callable[[], float]) -> None:
        """`now` is the store's time."""
        self._now = now
        self.idle_ttl_s = idle_ttl_s
        """Seconds without a write after which an instance expires."""

    def horizon(self) -> float:
        """What was last written before this time has expired; seconds since the epoch."""
        return self._now() - self.idle_ttl_s

    def is_over(self, header: Header) -> bool:
        """Whether the instance has expired, unless it was written to since this header."""
        return header.used + self.idle_ttl_s < self._now()
