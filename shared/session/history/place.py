"""Places in a log: a revision, or one of several calls that made it."""

import re
from typing import NamedTuple, Self

from shared.errors import InvalidValue

_PLACE = re.compile(r"(\d{1,16})(?:\.(\d{1,9}))?", re.ASCII)


class Place(NamedTuple):
    """A call in a log."""

    revision: int
    k: int | None = None
    """Of the call within a rollout; None for the only one, or for the last."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """The place that a client names as `R` or `R.k`.

        Raises:
            InvalidValue: the text names none.
        """
        found = _PLACE.fullmatch(text)
        if found is None:
            raise InvalidValue(f"{text[:40]!r} is no place in a log; send a revision R, or R.k for a call in it.")
        return cls(int(found[1]), None if found[2] is None else int(found[2]))

    @property
    def order(self) -> tuple[int, int]:
        """By which places of one log come after one another."""
        return self.revision, -1 if self.k is None else self.k

    def __str__(self) -> str:
        return f"{self.revision}" if self.k is None else f"{self.revision}.{self.k}"
