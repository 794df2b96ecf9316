"""When an instance expires: after a time without a write. Every load and list computes it; the sweep deletes."""

import time

from shared.session.stored.header import Header


class Expiry:
    """The time to live of one store's instances."""

    def __init__(self, idle_ttl_s: float) -> None:
        self.idle_ttl_s = idle_ttl_s
        """Seconds without a write after which an instance expires."""

    def horizon(self) -> float:
        """What was last written before this time has expired; seconds since the epoch."""
        return time.time() - self.idle_ttl_s

    def is_over(self, header: Header) -> bool:
        """Whether the instance has expired, unless it was written to since this header."""
        return header.used + self.idle_ttl_s < time.time()
