"""Objects that every new environment of a recipe has alike, so that a snapshot only holds their numbers.

There are three kinds. A function compiled by `jax.jit` never changes, and compiling one after each restore took
0.2 to 1.9 s. A set cannot be stored, since its iteration order depends on how it was built: of 300 sets of 50 grid
cells 222 came out of a pickle in another order. One that the constructor builds has the same order every time. The
original of a large native object is kept as the constructor made it.
"""

import hashlib
import sys
from typing import Any

from shared.codec.plain import NotPlain
from shared.snapshot.graph.originals import Original, Originals

PRIVATE_NAMES = ("jaxlib._jax:PjitFunction",)
"""What this module reads of other packages that is not part of their API."""

_ATOMS = (type(None), bool, int, float, str, bytes)


class Constants:
    """The constants of one environment, numbered in the order in which a walk through its graph meets them."""

    def __init__(self) -> None:
        self.complete = False
        """Set after the walk through the new environment; no constant is added later."""
        self.originals = Originals()
        self._found: list[Any] = []
        self._contents: list[Any] = []
        self._numbers: dict[int, int] = {}
        self._lent: dict[int, Any] = {}
        """The copy of each set that the environment holds since it was restored."""

    def number(self, candidate: Any) -> int | None:
        """The number of a constant, or None for an object that is stored like any other.

        Raises:
            NotPlain: It is a set whose order would be lost, and not as the constructor built it.
        """
        number = self._numbers.get(id(candidate))
        if number is None and not self.complete and _may_be_constant(candidate):
            number = self._numbers[id(candidate)] = len(self._found)
            self._found.append(candidate)
            self._contents.append(_contents(candidate))
        if number is not None and _contents(candidate) == self._contents[number]:
            return number
        if isinstance(candidate, set | frozenset) and len(candidate) > 1:
            raise NotPlain("a set that the constructor did not build would come back in another order")
        return None

    def at(self, number: int) -> Any:
        """The constant of that number; of a set a copy, since the environment may change its own.

        Of an original, a function from a difference to a new object that differs so from it.

        Raises:
            LookupError: There is none, or it has changed.
        """
        found = self._found[number]
        if _contents(found) != self._contents[number]:
            raise LookupError("a constant of this environment has changed")
        if isinstance(found, Original):
            return self.originals.lender(found)
        return self._copy(number, found) if type(found) is set else found

    def for_another(self) -> "Constants | None":
        """The same constants for another environment of the recipe; None if the two would share a set."""
        other = Constants()
        other.complete = self.complete
        other._contents = self._contents
        for number, found in enumerate(self._found):
            own = _copied(found, self._contents[number]) if type(found) is set else found
            if own is None:
                return None
            other._found.append(own)
            other._numbers[id(own)] = number
        return other

    def _copy(self, number: int, found: set[Any]) -> set[Any]:
        made = _copied(found, self._contents[number])
        if made is None:
            return found
        replaced = self._lent.pop(number, None)
        if replaced is not None:
            del self._numbers[id(replaced)]
        self._lent[number] = made
        self._numbers[id(made)] = number
        return made

    def fingerprint(self) -> bytes:
        """Eight bytes, equal for two environments whose constants are the same."""
        # Sorted, since a set of strings has another order in each process.
        text = "\n".join(repr(sorted(map(repr, contents))) for contents in self._contents)
        return hashlib.blake2b(text.encode(), digest_size=8).digest()


def constant_kinds() -> frozenset[type]:
    """The types whose instances may be constants, of the libraries imported so far."""
    jax = sys.modules.get("jaxlib._jax")
    return frozenset({set, frozenset, Original} | ({jax.PjitFunction} if jax else set()))


def _copied(found: set[Any], contents: list[Any]) -> set[Any] | None:
    """A copy that iterates in the same order and grows at the same time; None if Python makes none."""
    made = found.copy()
    return made if list(made) == contents and sys.getsizeof(made) == sys.getsizeof(found) else None


def _may_be_constant(candidate: Any) -> bool:
    return not isinstance(candidate, set | frozenset) or all(map(_is_atom, candidate))


def _is_atom(item: Any) -> bool:
    return type(item) in _ATOMS or (type(item) is tuple and all(map(_is_atom, item)))


def _contents(candidate: Any) -> list[Any]:
    """What is compared: a set's elements in iteration order, an original's digest, or a function's name."""
    if isinstance(candidate, Original):
        return [candidate.leaf.type, candidate.digest]
    if isinstance(candidate, set | frozenset):
        return list(candidate)
    return [candidate.__module__, candidate.__qualname__]
