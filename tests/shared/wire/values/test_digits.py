"""An array of bytes that is written at once is written as its lists would be."""

from typing import Any

import msgspec
import numpy as np
import pytest

from shared.wire.values.digits import as_text
from shared.wire.values.forms import JSON_WRITTEN, encode

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize(
    "shape",
    [(1,), (300,), (1, 1), (7, 3), (20000, 2), (2, 30000), (96, 96, 3), (210, 160, 3), (3, 40, 40), (2, 3, 4, 5)]
    + [(1,) * axes for axes in range(3, 10)]
    + [(2, 1, 3, 1, 2, 2, 2), (3, 1, 40, 1, 50, 1)],
)
def test_the_text_is_that_of_the_lists(shape: tuple[int, ...]) -> None:
    array = RANDOM.integers(0, 256, shape, np.uint8)
    for each in (array, array.T, array[::-1]):
        assert bytes(as_text(each)) == msgspec.json.encode(each.tolist())


def test_every_byte_is_written() -> None:
    array = np.arange(256, dtype=np.uint8)
    assert msgspec.json.decode(as_text(array)) == [*range(256)]
    assert msgspec.json.decode(as_text(array.reshape(256, 1))) == [[byte] for byte in range(256)]


@pytest.mark.parametrize(
    "array",
    [np.zeros(5000, dtype) for dtype in (np.int8, np.uint16, np.int64, np.float32, bool)]
    + [np.full(5000, np.nan), np.zeros((5000, 0), np.uint8), np.array(7, np.uint8), np.zeros(3, np.uint8)],
)
def test_other_arrays_are_lists(array: Any) -> None:
    assert not isinstance(encode(array, JSON_WRITTEN), msgspec.Raw)


def test_a_picture_is_text() -> None:
    assert isinstance(encode(np.zeros((84, 84), np.uint8), JSON_WRITTEN), msgspec.Raw)
