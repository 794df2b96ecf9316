"""Arrays of bytes, such as pictures, written as JSON directly, which is much faster than through lists."""

import math
from collections.abc import Iterator

import msgspec
import numpy as np
from numpy.typing import NDArray

_WORD = 4
"""Bytes that hold any number from 0 to 255 and a comma."""
_NUMBERS_AT_ONCE = 8192
"""Numbers in a piece; more than about 100 KB would be memory that the system maps anew each time."""


def _words(after: str) -> NDArray[np.uint32]:
    """The text of each byte with `after`, padded with NULs."""
    texts = (f"{byte}{after}".encode().ljust(_WORD, b"\0") for byte in range(256))
    return np.frombuffer(b"".join(texts), np.uint32)


_FOLLOWED, _LAST = _words(","), _words("")


def as_text(array: NDArray[np.uint8]) -> msgspec.Raw:
    """What `msgspec.json` writes for `array.tolist()`. The array has at least one axis and is not empty."""
    return msgspec.Raw(b"".join(_texts(array))[:-1])


def _texts(array: NDArray[np.uint8]) -> Iterator[bytes]:
    """The text in pieces, followed by a comma."""
    rows = array.reshape(-1, array.shape[-1])
    at_once = max(1, _NUMBERS_AT_ONCE // rows.shape[1])
    # The number of rows after which a bracket closes, for each axis but the last.
    every = [math.prod(array.shape[axis:-1]) for axis in range(array.ndim)]
    edge = array.ndim // _WORD + 1
    for first in range(0, len(rows), at_once):
        some = rows[first : first + at_once]
        # A row of text: words for opening brackets, a word for each number, words for closing brackets.
        words = np.zeros((len(some), edge + some.shape[1] + edge), np.uint32)
        numbers = _FOLLOWED[some]
        numbers[:, -1] = _LAST[some[:, -1]]
        # Column by column if columns are longer: NumPy's innermost loop is always over the last axis.
        if len(some) > some.shape[1]:
            for column in range(some.shape[1]):
                words[:, edge + column] = numbers[:, column]
        else:
            words[:, edge:-edge] = numbers
        text = words.view(np.uint8)
        for place, count in enumerate(every):
            text[-first % count :: count, place] = ord("[")
            text[(count - 1 - first) % count :: count, place - edge * _WORD] = ord("]")
        text[:, -1] = ord(",")
        yield words.tobytes().translate(None, b"\0")
