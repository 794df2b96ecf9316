"""What a constructor made and calls change little: a graph holds the difference from a copy that is kept.

A MuJoCo model takes up to 12 MB, and a graph is written after every call.
"""

from collections.abc import Callable
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from shared.snapshot.graph.leaf import OriginalLeaf

_MOST_SPARES = 2


class Original:
    """A copy of an object as the constructor made it, with its leaf. Nobody changes it."""

    def __init__(self, leaf: OriginalLeaf, kept: Any, digest: str) -> None:
        self.leaf = leaf
        self.kept = kept
        self.digest = digest
        self.spares: list[tuple[Any, bytes | None]] = []
        """Objects that no environment needs any longer, with their differences if these are known.

        To make one of 12 MB anew takes 2 ms, to fill it again 1 ms, and to change what differs a few microseconds.
        """


_by_content: "WeakValueDictionary[tuple[str, str], Original]" = WeakValueDictionary()
"""One for equal objects, whichever environments they are of."""


class Originals:
    """The objects of one environment that have an original."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[Any, Original]] = {}
        """By the `id` of an object that the constructor made, with the object, so that no other gets that `id`."""
        self._lent: dict[int, tuple[Any, Original]] = {}
        """The same of the objects that the environment has had since it was restored."""
        self._differences: dict[int, bytes] = {}
        """The differences of objects since the last call."""

    def __len__(self) -> int:
        return len(self._made) + len(self._lent)

    def of(self, instance: Any) -> Original | None:
        """The original of the object, if it has one."""
        found = self._made.get(id(instance)) or self._lent.get(id(instance))
        return None if found is None else found[1]

    def keep(self, leaf: OriginalLeaf, instance: Any) -> Original:
        """The original of an object that the constructor has made."""
        kept = leaf.keep(instance)
        digest = leaf.digest(kept).hex()
        original = _by_content.setdefault((leaf.type, digest), Original(leaf, kept, digest))
        self._made[id(instance)] = (instance, original)
        return original

    def lender(self, original: Original) -> Callable[[bytes], Any]:
        """A function from a difference to an object of this environment's."""
        return partial(self._lend, original)

    def difference(self, original: Original, instance: Any) -> bytes | None:
        """The object's difference from its original; None if that cannot be told."""
        found = original.leaf.difference(original.kept, instance)
        if found is not None:
            self._differences[id(instance)] = found
        return found

    def may_change(self) -> None:
        """A call is about to be made."""
        self._differences.clear()

    def let_go(self) -> None:
        """The environment is closed, or about to be replaced: nothing is called on it any more."""
        for instance, original in self._lent.values():  # what a constructor made may be held elsewhere too
            if len(original.spares) < _MOST_SPARES:
                original.spares.append((instance, self._differences.get(id(instance))))
        self._made.clear()
        self._lent.clear()
        self._differences.clear()

    def _lend(self, original: Original, difference: bytes) -> Any:
        try:
            spare, differs = original.spares.pop()
        except IndexError:  # also where another thread was faster
            spare = differs = None
        lent = original.leaf.again(original.kept, difference, spare, differs)
        self._lent[id(lent)] = (lent, original)
        self._differences[id(lent)] = difference
        return lent
