"""What is done for the first time in a process is done by one thread at a time.

Environments import as they are made and as they first draw (pygame, its parts, mujoco), and of two threads that
import at once one may find the other's modules half made. Python's locks do not keep them apart: where packages
import each other, it rather lets one go on than both wait for ever.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_PATIENCE_S = 5.0
"""An environment that takes longer than imports do must not hold up all others."""

_lock = threading.RLock()
_done = set[str]()


@contextmanager
def first_time(deed: str) -> Iterator[None]:
    """Alone with what is done in the block, unless the deed was done before."""
    if deed in _done:
        yield
        return
    held = _lock.acquire(timeout=_PATIENCE_S)
    try:
        yield
        _done.add(deed)
    finally:
        if held:
            _lock.release()
