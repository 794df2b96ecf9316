"""The parts of `monitor/frames/`, read as a page reads them."""

import json
import struct
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple


class Part(NamedTuple):
    """One part: its metadata and its picture."""

    told: dict[str, Any]
    picture: bytes


def parts_from(read: Callable[[int], bytes]) -> Iterator[Part]:
    """The parts of a reply of which `read` gives exactly so many bytes, or fewer at its end."""
    while length := read(4):
        told = json.loads(read(*struct.unpack(">I", length)))
        yield Part(told, read(*struct.unpack(">I", read(4))))
