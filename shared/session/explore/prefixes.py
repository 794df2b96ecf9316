"""What sequences of actions have in common at their beginnings, so that each common part is walked once."""

from collections.abc import Sequence

Key = tuple[bytes, ...]
"""A sequence of actions as bytes, equal for equal actions."""


class Prefixes:
    """Sequences of one length, in an order in which those that begin alike follow each other."""

    def __init__(self, keys: Sequence[Key] | None, count: int) -> None:
        """`keys` has one for each of the `count` sequences; without, nothing is taken for common."""
        self._shared = [0] * count
        self.order: list[int] = list(range(count))
        """The sequences' indices, in the order in which they are walked."""
        if keys is not None:
            self.order.sort(key=keys.__getitem__)
            for place in range(1, count):
                before, here = keys[self.order[place - 1]], keys[self.order[place]]
                self._shared[place] = _common(before, here)
        self._less = self._next_less()

    def shared(self, place: int) -> int:
        """How many actions the sequence at this place of the order begins with as the one before it does."""
        return self._shared[place]

    def branches(self, place: int, beyond: int) -> list[int]:
        """After how many actions of the sequence at this place later ones leave it; ascending, over `beyond`."""
        depths, follower = [], place + 1
        while follower < len(self._shared) and self._shared[follower] > beyond:
            depths.append(self._shared[follower])
            follower = self._less[follower]
        return depths[::-1]

    def _next_less(self) -> list[int]:
        """For each place, the next one that shares less."""
        count = len(self._shared)
        found, waiting = [count] * count, list[int]()
        for place, shared in enumerate(self._shared):
            while waiting and self._shared[waiting[-1]] > shared:
                found[waiting.pop()] = place
            waiting.append(place)
        return found


def _common(one: Key, other: Key) -> int:
    for index, (left, right) in enumerate(zip(one, other, strict=True)):
        if left != right:
            return index
    return len(one)
