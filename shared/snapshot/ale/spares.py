"""Closed environments kept with their loaded games, since loading one takes 90 to 300 ms."""

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

import msgspec

from shared.snapshot.contract.recipe import Recipe

MOST_SPARES = 8
"""At 0.6 MB each; the longest unused is dropped first."""

Kept = TypeVar("Kept")


class Spares(Generic[Kept]):
    """Closed subjects by their recipes. Threads may share one: ALE keeps nothing by thread."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, tuple[bytes, Kept]] = OrderedDict()
        self._lock = threading.Lock()

    def give(self, recipe: Recipe, subject: Kept) -> None:
        """Keep a closed subject. One that is closed twice is still kept once."""
        with self._lock:
            self._kept[id(subject)] = (_make_of(recipe), subject)
            while len(self._kept) > MOST_SPARES:
                self._kept.popitem(last=False)

    def take(self, recipe: Recipe) -> Kept | None:
        """The subject closed last that can stand in for one of this recipe, or None."""
        wanted = _make_of(recipe)
        with self._lock:
            for key, (make, _) in reversed(self._kept.items()):
                if make == wanted:
                    return self._kept.pop(key)[1]
        return None


def _make_of(recipe: Recipe) -> bytes:
    """What two environments must have in common to stand in for each other; their seeds are in their states."""
    autoreset = recipe.autoreset if recipe.num_envs is None else "Disabled"  # a vector resets its environments
    return msgspec.msgpack.encode(msgspec.structs.replace(recipe, seed=None, num_envs=None, autoreset=autoreset))
