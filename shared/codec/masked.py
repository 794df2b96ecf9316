"""Masked arrays, told apart without importing `numpy.ma`: it takes 7 ms, and where nobody has, there are none."""

import sys


def is_masked(kind: type) -> bool:
    """Whether the class is `numpy.ma.MaskedArray` or derived from it."""
    # While another thread imports the module, it has no such class yet, and nobody has an array of it.
    masked_array = getattr(sys.modules.get("numpy.ma"), "MaskedArray", None)
    return masked_array is not None and issubclass(kind, masked_array)
