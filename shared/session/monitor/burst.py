"""How much of an endless stream of pictures is sent."""

import math
from typing import NamedTuple


class Burst(NamedTuple):
    """A limit on watching. The first picture is sent in any case."""

    seconds: float
    size: float
    """Bytes of all pictures together."""


ENDLESS = Burst(math.inf, math.inf)
