"""Arrays and scalars are made of what a dtype's text and its bytes say, and of nothing else."""

from typing import Any

import numpy as np
import pytest

from shared.codec.arrays import array_in_order_of, array_of, array_of_objects, dtype_of, scalar_of


@pytest.mark.parametrize("dtype", ["|b1", "<f4", ">i8", "<c16", "|S3", "<U7", "<M8[ns]", "<m8[25s]", "|V5"])
def test_the_text_that_numpy_writes_of_a_dtype_is_read(dtype: str) -> None:
    assert dtype_of(dtype).str == dtype


@pytest.mark.parametrize(
    "text", ["|O", "O", "object", "f4", "i4,f8", "<i4,<f8", "(2,)f4", "<f4(2)", "", "<f3", "float64", "<T"]
)
def test_other_texts_are_refused(text: str) -> None:
    """`numpy.dtype` reads most of them, objects and records among them."""
    with pytest.raises((ValueError, TypeError)):
        dtype_of(text)


@pytest.mark.parametrize("given", [None, 4, ["<f4"], {"names": ["a"], "formats": ["O"]}, b"<f4"])
def test_what_is_no_text_is_no_dtype(given: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        dtype_of(given)


def test_an_array_owns_its_memory() -> None:
    """An environment may resize it in place, and the object graph carries no array of another's memory."""
    for made in (array_of(["<i2", [2, 2], bytes(8)]), array_in_order_of(["<i2", [2, 2], "F", bytes(8)])):
        assert made.flags.owndata
        assert made.flags.writeable


@pytest.mark.parametrize(
    "content",
    [
        ["<f4", [2], bytes(4)],
        ["<f4", [1], bytes(8)],
        ["<f4", [1 << 62, 4], bytes(4)],
        ["<f4", [1] * 65, bytes(4)],
        ["<f4", ["1"], bytes(4)],
        ["<f4", [1], None],
        ["<f4", [1], "text"],
        ["<f4", [1]],
    ],
)
def test_a_shape_that_is_not_the_bytes_is_refused(content: list[Any]) -> None:
    """No memory is taken for what the bytes do not fill."""
    with pytest.raises((ValueError, TypeError)):
        array_of(content)


@pytest.mark.parametrize("scalar", [np.float32(0.1), np.str_("ab"), np.str_(""), np.bytes_(b""), np.void(b"ab")])
def test_a_scalar_comes_back(scalar: Any) -> None:
    made = scalar_of([scalar.dtype.str, scalar.tobytes()])
    assert (type(made), made) == (type(scalar), scalar)


@pytest.mark.parametrize("data", [b"", bytes(3), bytes(8)])
def test_bytes_of_another_size_are_no_scalar(data: bytes) -> None:
    with pytest.raises(ValueError, match="not one <f4"):
        scalar_of(["<f4", data])


def test_objects_that_are_lists_are_not_further_axes() -> None:
    made = array_of_objects([[2], [[1, 2], [3, 4]]])
    assert made.shape == (2,)
    assert made[0] == [1, 2]


def test_more_or_fewer_objects_than_the_shape_has_are_refused() -> None:
    with pytest.raises(ValueError, match="reshape"):
        array_of_objects([[3], [1, 2]])
