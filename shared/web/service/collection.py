"""Garbage collection while a process imports: what is imported stays, so to look through it is lost time.

It took 46 of the 375 ms of processor time that the imports of a step take.
"""

import gc

_USUAL = gc.get_threshold()
_NEVER = 10_000_000
_kept = False


def put_off() -> None:
    """Collect no garbage until a service is opened."""
    gc.set_threshold(_NEVER, *_USUAL[1:])


def resume() -> None:
    """Collect as usual. What the process has by now is not looked through again, the first time this is called."""
    global _kept
    if not _kept:
        _kept = True
        gc.freeze()
    gc.set_threshold(*_USUAL)
