"""One request's clock: when it has to be over, and where its time went."""

import time


class Clock:
    """Seconds that a request has spent so far in each phase, added up over its tries and its calls."""

    __slots__ = ("began", "env", "load", "save", "tries")

    def __init__(self) -> None:
        self.began = time.perf_counter()
        self.load = 0.0
        """Asking the store for the snapshot, and restoring the environment where it is not live."""
        self.env = 0.0
        """Calling the environment, capturing its state and encoding the reply."""
        self.save = 0.0
        """Writing the snapshot."""
        self.tries = 0
        """How often calls were tried; more than once where other processes wrote first."""

    def elapsed(self) -> float:
        """Seconds since the request came."""
        return time.perf_counter() - self.began
