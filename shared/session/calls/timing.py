"""One request's timing: when it has to be over, and where its time went."""

import time


class Timing:
    """Seconds that a request has spent so far in each phase, added up over its tries and its calls."""

    __slots__ = ("began", "calls", "env", "load", "retries", "save")

    def __init__(self) -> None:
        self.began = time.perf_counter()
        self.load = 0.0
        """Asking the store for the snapshot, and restoring the environment where it is not live."""
        self.env = 0.0
        """Calling the environment, capturing its state and encoding the reply."""
        self.save = 0.0
        """Writing the snapshot."""
        self.calls = 0
        """Calls on instances; several in a batch."""
        self.retries = 0
        """How often a call was tried again, because another process wrote first or a write failed."""

    def elapsed(self) -> float:
        """Seconds since the request came."""
        return time.perf_counter() - self.began
