"""The sequences of actions of an exploration: the client's own, or drawn ones."""

from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from typing import Any

import msgspec
import numpy as np
from gymnasium import Space

from shared.errors import InvalidAction, InvalidValue
from shared.session.calls.actions import repeating
from shared.session.explore.prefixes import Key
from shared.snapshot.generators.generators import nested, reseed
from shared.wire.members.members import member, members
from shared.wire.members.numeric import is_numeric
from shared.wire.values.detached import size_of

Actions = Sequence[Any]
"""Members of the action space, in order."""

_MOST_BYTES = 1 << 28
"""The most that the drawn actions of one call take."""


class Drawn(msgspec.Struct, frozen=True):
    """Random members of the action space. Sequence `i` depends on the seed and on `i`, and on nothing else."""

    count: int
    steps: int
    seed: int
    repeat: float = 0.0
    """The probability with which an action is the one before it again."""

    def of(self, space: Space[Any], indices: Iterable[int]) -> Iterator[Actions]:
        """The sequences of these indices.

        The generators of the space, and of the spaces within it, are seeded from the children of
        `SeedSequence(seed, spawn_key=(i,))` in order; the child after those decides on repeating.

        Raises:
            InvalidValue: all sequences together would take too much memory.
        """
        space, coin = deepcopy(space), np.random.default_rng(0)
        generators = [each.np_random for each in nested(space)]
        self._check_room(space.sample())
        for index in indices:
            reseed([*generators, coin] if self.repeat else generators, self.seed, (index,))
            if self.repeat:
                yield [*repeating(space.sample, coin, self.repeat, self.steps)]
            else:
                yield [space.sample() for _ in range(self.steps)]

    def _check_room(self, action: Any) -> None:
        size = self.count * self.steps * size_of(action)
        if size > _MOST_BYTES:
            raise InvalidValue(
                f"The actions of {self.count} sequences of {self.steps} steps would take {size} bytes, and "
                f"{_MOST_BYTES} is the most; draw fewer.",
                limit=_MOST_BYTES,
            )


def given(space: Space[Any], raw: Any) -> list[Actions]:
    """The client's own sequences: lists of one length, or one typed array with the first two axes over them.

    Raises:
        InvalidValue: there are none, one is no list, or they are of no or of different lengths.
        InvalidAction: an action is no member of the space; the evidence has its `sequence` and `index`.
    """
    flat, count, steps = _flat(raw)
    try:
        actions = members(space, flat)
    except InvalidAction as error:
        if "index" not in error.evidence:
            raise
        sequence, index = divmod(error.evidence["index"], steps)
        try:
            member(space, flat[error.evidence["index"]], f"sequences[{sequence}][{index}]")
        except InvalidAction as named:
            named.evidence |= {"sequence": sequence, "index": index}
            raise named from None
        raise
    return [actions[begin : begin + steps] for begin in range(0, count * steps, steps)]


def shape_of(raw: Any) -> tuple[int, int]:
    """How many sequences there are, and how long each is.

    Raises:
        InvalidValue: as `given`.
    """
    if isinstance(raw, dict) and isinstance(raw.get("shape"), list):
        sizes = raw["shape"][:2]
        if len(sizes) < 2 or not all(type(size) is int and size > 0 for size in sizes):
            raise InvalidValue(
                "A typed array of sequences has two first axes, over the sequences and their actions."
            )
        return sizes[0], sizes[1]
    if not isinstance(raw, list) or not raw:
        raise InvalidValue("`sequences` takes a list of at least one list of actions, or one typed array of them.")
    for number, each in enumerate(raw):
        if not isinstance(each, list) or not each:
            raise InvalidValue(f"sequences[{number}] is no list of at least one action.", sequence=number)
        if len(each) != len(raw[0]):
            raise InvalidValue(
                f"sequences[{number}] has {len(each)} actions and sequences[0] has {len(raw[0])}; all have to "
                "have as many, so send those of another length in a call of their own.",
                sequence=number,
            )
    return len(raw), len(raw[0])


def keys_of(space: Space[Any], sequences: Sequence[Actions]) -> list[Key] | None:
    """Bytes by which equal actions are known; None where the space has none that are cheap."""
    if not is_numeric(space):
        return None
    return [tuple(action.tobytes() for action in actions) for actions in sequences]


def _flat(raw: Any) -> tuple[Any, int, int]:
    count, steps = shape_of(raw)
    if isinstance(raw, dict):
        return {**raw, "shape": [count * steps, *raw["shape"][2:]]}, count, steps
    return [action for actions in raw for action in actions], count, steps
