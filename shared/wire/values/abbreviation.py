"""A value in a message: Python's notation in one line, cut short."""

import reprlib
from typing import Any


class _Abbreviation(reprlib.Repr):
    """Limits under which a message stays a sentence, however large the value."""

    maxlevel = 4
    maxlist = maxtuple = maxdict = 8
    maxstring = maxother = 60

    def __init__(self) -> None:
        super().__init__()
        # Python 3.11's constructor sets the limits on the instance, over those of the class.
        for limit in ("maxlevel", "maxlist", "maxtuple", "maxdict", "maxstring", "maxother"):
            setattr(self, limit, getattr(type(self), limit))

    def repr_int(self, x: int, level: int) -> str:
        """An integer, or its size: `repr` raises for more than 4,300 digits."""
        return repr(x) if x.bit_length() <= 128 else f"an integer of {x.bit_length()} bits"


_abbreviation = _Abbreviation()


def abbreviated(value: Any) -> str:
    """`value` in one line of bounded length, for a message."""
    return " ".join(_abbreviation.repr(value).split())
