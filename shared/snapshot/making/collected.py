"""Making what may have no room until Python has collected what nothing refers to."""

import gc
from collections.abc import Callable
from typing import TypeVar

from shared.errors import NotCreatable

T = TypeVar("T")


def first_or_collected(make: Callable[[], T]) -> T:
    """What `make` gives; where that is not creatable, what it gives after a collection.

    An engine that ends with its object may wait for that in a cycle, and no other can be made before.

    Raises:
        NotCreatable: nor is it then.
    """
    try:
        return make()
    except NotCreatable:
        pass
    gc.collect()
    return make()
