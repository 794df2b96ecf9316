"""Why a value is not a member of a space, gathered on the way out of a nested space."""

import json
import reprlib
from typing import Any

import gymnasium

from shared.errors import InvalidAction

_SPACE_LENGTH = 160


class _Abbreviation(reprlib.Repr):
    """Python's notation, cut short: a message stays a sentence however large the value."""

    maxlevel = 4
    maxlist = maxtuple = maxdict = 8
    maxstring = maxother = 60

    def __init__(self) -> None:
        super().__init__()
        # 3.11's constructor assigns the limits to the instance, over the class's.
        for limit in ("maxlevel", "maxlist", "maxtuple", "maxdict", "maxstring", "maxother"):
            setattr(self, limit, getattr(type(self), limit))

    def repr_int(self, x: int, level: int) -> str:
        """An integer, or its size: `repr` refuses integers of more than 4,300 digits."""
        return repr(x) if x.bit_length() <= 128 else f"an integer of {x.bit_length()} bits"


_abbreviation = _Abbreviation()


def abbreviated(value: Any) -> str:
    """`value` in one line of bounded length, for a message."""
    return " ".join(_abbreviation.repr(value).split())


class Unfit(Exception):
    """A value does not fit its space.

    `why` is a clause without a full stop. `path` runs from the innermost part outwards. `value` and `space`
    are the innermost ones, set by the first that catches the exception.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
        self.path: list[str | int] = []
        self.value: Any = None
        self.space: gymnasium.Space[Any] | None = None

    def seen(self, value: Any, space: gymnasium.Space[Any]) -> None:
        """Note what did not fit what, unless an inner part is noted already."""
        if self.space is None:
            self.value, self.space = value, space

    def refusal(self, called: str, value: Any, space: gymnasium.Space[Any]) -> InvalidAction:
        """The error for the caller; its evidence is the whole `value` and the text of the whole `space`."""
        self.seen(value, space)
        place = called + "".join(f"[{json.dumps(part)}]" for part in reversed(self.path))
        inner = " ".join(str(self.space).split())
        if len(inner) > _SPACE_LENGTH:
            inner = f"{inner[:_SPACE_LENGTH]}..."
        return InvalidAction(
            f"{place} is {abbreviated(self.value)}, which {inner} does not contain: {self.why}.",
            action=value,
            space=str(space),
        )
