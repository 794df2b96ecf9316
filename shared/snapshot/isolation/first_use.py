"""A lock around whatever is done for the first time in a process.

Environments import modules while they are made and while they first draw (pygame and its parts, mujoco). Of two
threads that import at once, one may see the other's modules half initialised: where packages import each other,
Python's import lock lets one thread go on rather than deadlock.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_PATIENCE_S = 5.0
"""Seconds after which a waiting thread goes on. No import takes as long, and other code must not hold it up."""

_lock = threading.RLock()
_done = set[str]()


@contextmanager
def first_time(task: str) -> Iterator[None]:
    """Run the block alone unless one under the same name has succeeded before."""
    if task in _done:
        yield
        return
    held = _lock.acquire(timeout=_PATIENCE_S)
    try:
        yield
        _done.add(task)
    finally:
        if held:
            _lock.release()
