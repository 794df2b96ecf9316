"""Giving memory that was freed back to the system, which the C library keeps for what comes next.

Mesa's software renderer leaves 350 MB so, once eight OpenGL contexts of MuJoCo were freed.
"""

import ctypes


def give_back_freed_memory() -> None:
    """Give back what can be. Takes up to 0.3 s, without Python's lock.

    Source: malloc_trim(3), which GNU's C library alone has.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
