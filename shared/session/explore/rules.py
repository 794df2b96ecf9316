"""What is done with each sequence of an exploration, and what is told of it."""

from typing import Literal

import msgspec

from shared.errors import InvalidValue
from shared.session.explore.future import Column
from shared.session.live.environment import LiveEnvironment


class Rules(msgspec.Struct, frozen=True):
    """The same for all sequences."""

    on_end: Literal["stop", "reset"] | None
    discount: float
    reseed: int | None
    include: frozenset[Column]
    most_bytes: int

    def resets(self, live: LiveEnvironment) -> bool:
        """Whether an episode that ends is followed by a reset.

        Raises:
            InvalidValue: it resets itself.
        """
        if self.on_end is not None and live.vector:
            raise InvalidValue(
                f"on_end is {self.on_end!r}, and the instance is a vector, whose episodes end one by one; leave "
                "it out."
            )
        autoreset = live.header.recipe.autoreset
        if self.on_end == "reset" and autoreset != "Disabled":
            raise InvalidValue(f'on_end is "reset", and the instance resets itself ({autoreset}); leave it out.')
        return self.on_end == "reset"
