"""What a client asks of the futures of a state, and the bounds on it."""

from typing import Any, NamedTuple

import msgspec

from shared.errors import InvalidValue
from shared.session.explore.rules import Rules
from shared.session.explore.sequences import Drawn, shape_of

MOST_SEQUENCES = 100_000
"""The most sequences of one call."""


class Exploration(msgspec.Struct, frozen=True):
    """What is to be explored."""

    sequences: Any
    """A `Drawn`, or the client's own as `given` takes them."""
    rules: Rules
    best: int = 0
    """How many futures of the highest returns are kept."""
    indices: tuple[int, ...] = ()
    """Which futures are kept otherwise."""


class Bounds(NamedTuple):
    """What one exploration may have at most."""

    steps: int
    """Of all sequences together."""
    longest: int
    """Of one sequence."""

    def size(self, exploration: Exploration) -> tuple[int, int]:
        """How many sequences there are, and how long each is.

        Raises:
            InvalidValue: there are too many, or there is not one with a step.
        """
        sequences = exploration.sequences
        drawn = isinstance(sequences, Drawn)
        count, steps = (sequences.count, sequences.steps) if drawn else shape_of(sequences)
        if count > MOST_SEQUENCES:
            raise InvalidValue(
                f"{count} sequences are over the most of one call, {MOST_SEQUENCES}; send several calls.",
                limit=MOST_SEQUENCES,
            )
        if steps > self.longest:
            raise InvalidValue(
                f"Sequences of {steps} steps are over the most of one, {self.longest} "
                "(GYM_HTTP_MAX_STEPS_PER_CALL); keep a future, and explore it further.",
                limit=self.longest,
            )
        if count * steps > self.steps:
            raise InvalidValue(
                f"{count} sequences of {steps} steps are over the most steps of one call, {self.steps} "
                "(GYM_HTTP_MAX_EXPLORE_STEPS); send several calls.",
                limit=self.steps,
            )
        if exploration.best > count or any(index >= count for index in exploration.indices):
            raise InvalidValue(f"`keep` names a future beyond the {count} of this call; the first has index 0.")
        return count, steps
