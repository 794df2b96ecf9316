import base64
import json
import math
from typing import Any, Literal

import numpy as np
import pytest

from shared.wire.values.arrays import ArrayReader, as_typed, from_typed, integer
from shared.wire.values.forms import as_lists, number
from shared.wire.values.mismatch import Mismatch


def typed(dtype: str, shape: list[Any], data: Any) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data": data}


def test_float32_survives_the_wire_exactly() -> None:
    value = np.array([0.1], np.float32)
    assert json.dumps(as_lists(value)) == "[0.10000000149011612]"
    assert ArrayReader(value.dtype)(as_lists(value), (1,)).tobytes() == value.tobytes()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
@pytest.mark.parametrize("shape", [(), (3,), (1, 3)])
def test_non_finite_floats_are_words_in_every_shape(dtype: Any, shape: tuple[int, ...]) -> None:
    values = np.array([math.inf, -math.inf, math.nan], dtype)
    array = np.asarray(values[0]) if shape == () else values.reshape(shape)
    words = ["Infinity", "-Infinity", "NaN"]
    assert as_lists(array) == {(): "Infinity", (3,): words, (1, 3): [words]}[shape]


def test_a_finite_array_whose_sum_overflows_has_no_words() -> None:
    assert as_lists(np.array([1.7e308, 1.7e308])) == [1.7e308, 1.7e308]


def test_integers_beyond_a_double_are_exact() -> None:
    array = np.array([2**64 - 1, 2**53 + 1], np.uint64)
    assert as_lists(array) == [2**64 - 1, 2**53 + 1]
    assert ArrayReader(array.dtype)([2**64 - 1, 2**53 + 1], (2,)).tobytes() == array.tobytes()


def test_integers_keep_their_value_next_to_floats() -> None:
    assert ArrayReader(np.dtype(np.int64))([2**62 + 1, 1.0], (2,)).tolist() == [2**62 + 1, 1]


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_typed_array_is_little_endian_in_c_order(order: Literal["<", ">"]) -> None:
    array = np.array([[1, 2], [3, 4]], np.dtype("i2").newbyteorder(order)).T
    assert as_typed(array, bytes) == typed("int16", [2, 2], b"\1\0\3\0\2\0\4\0")


def test_a_long_double_is_sent_as_float64() -> None:
    assert as_typed(np.array([1.5], np.longdouble), bytes)["dtype"] == "float64"
    assert as_lists(np.array([1.5], np.longdouble)) == [1.5]


@pytest.mark.parametrize("data", [b"\0\0\x80\x3f", bytearray(b"\0\0\x80\x3f"), "AACAPw=="])
def test_typed_data_is_bytes_or_base64(data: Any) -> None:
    array = from_typed(typed("float32", [1], data))
    assert array.dtype == np.float32
    assert array.tolist() == [1.0]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ({"dtype": "int8", "shape": [1]}, "keys"),
        ({**typed("int8", [1], b"\0"), "order": "F"}, "keys"),
        (typed("object", [1], b"\0" * 8), "dtype"),
        (typed("O", [1], b"\0" * 8), "dtype"),
        (typed("<U1", [1], b"\0" * 4), "dtype"),
        (typed("int8, int8", [1], b"\0" * 2), "dtype"),
        (typed(["int8"], [1], b"\0"), "dtype"),  # type: ignore[arg-type]
        (typed("int8", [-1, -1], b"\0"), "sizes"),
        (typed("int8", [True], b"\0"), "sizes"),
        (typed("int8", [1.0], b"\0"), "sizes"),
        (typed("int8", [1] * 65, b"\0"), "sizes"),
        (typed("int8", 1, b"\0"), "sizes"),  # type: ignore[arg-type]
        (typed("int8", [2], b"\0"), "1 bytes"),
        (typed("int8", [10**30], b"\0"), "1 bytes"),
        (typed("int8", [0, 10**30], b""), "too large"),
        (typed("int8", [1], "A"), "base64"),
        (typed("int8", [1], "ÄA=="), "base64"),
        (typed("int8", [1], None), "base64"),
        (typed("int8", [1], 1), "base64"),
        (typed("bool", [1], b"\2"), "0 or 1"),
    ],
)
def test_a_malformed_typed_array_is_refused(raw: dict[str, Any], why: str) -> None:
    with pytest.raises(Mismatch, match=why):
        from_typed(raw)


def test_a_typed_array_of_the_dtype_is_read_as_a_writable_copy() -> None:
    data = base64.b64encode(np.arange(6, dtype=np.float32).tobytes()).decode()
    array = ArrayReader(np.dtype(np.float32))(typed("float32", [2, 3], data), (2, 3))
    assert array.flags.writeable
    assert array.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_a_typed_array_of_another_dtype_is_judged_by_value() -> None:
    read = ArrayReader(np.dtype(np.int8))
    assert read(np.array([1.0, 2.0]), (2,)).tolist() == [1, 2]
    with pytest.raises(Mismatch, match="not an integer"):
        read(np.array([1.5, 2.0]), (2,))
    with pytest.raises(Mismatch, match="does not fit"):
        read(np.array([300, 2]), (2,))


def test_a_double_is_rounded_to_the_nearest_float32() -> None:
    assert ArrayReader(np.dtype(np.float32))([0.1], (1,))[0] == np.float32(0.1)


def test_a_number_that_would_round_to_infinity_is_refused() -> None:
    read = ArrayReader(np.dtype(np.float32))
    largest = float(np.finfo(np.float32).max)
    assert read([largest * (1 + 1e-9)], (1,)).tolist() == [largest]
    for number_too_large in (1e300, -1e300, 10**400):
        with pytest.raises(Mismatch, match="too large"):
            read([number_too_large], (1,))
    with pytest.raises(Mismatch, match="too large"):
        read(np.array([1e300]), (1,))


def test_words_are_numbers_to_floats_alone() -> None:
    read = ArrayReader(np.dtype(np.float64))
    assert read(["Infinity", "-Infinity", 1], (3,)).tolist() == [math.inf, -math.inf, 1]
    assert math.isnan(read("NaN", ()).item())
    with pytest.raises(Mismatch, match="'inf' is not a number"):
        read(["inf"], (1,))
    with pytest.raises(Mismatch, match="'Infinity' is not an integer"):
        ArrayReader(np.dtype(np.int64))(["Infinity"], (1,))


@pytest.mark.parametrize("value", [None, "0.5", b"1", [1], {}, 1j])
@pytest.mark.parametrize("dtype", ["float32", "int64", "bool"])
def test_what_is_no_number_is_refused(value: Any, dtype: str) -> None:
    with pytest.raises(Mismatch):
        ArrayReader(np.dtype(dtype))([value], (1,))


@pytest.mark.parametrize("raw", [1, [1], [1, 2, 3], [[1, 2]], [1, [2]], "12", None, [[1], [2]]])
def test_another_shape_is_refused(raw: Any) -> None:
    with pytest.raises(Mismatch, match=r"shape \[2\]|not a number"):
        ArrayReader(np.dtype(np.float32))(raw, (2,))


def test_a_bare_number_for_one_element_is_refused_with_the_list_to_send() -> None:
    with pytest.raises(Mismatch, match=r"such as \[0\.5\]"):
        ArrayReader(np.dtype(np.float32))(0.5, (1,))


def test_an_empty_array_is_read_in_every_form() -> None:
    read = ArrayReader(np.dtype(np.float32))
    assert read([], (0, 3)).shape == (0, 3)
    assert read([[], []], (2, 0)).shape == (2, 0)
    assert read(typed("float32", [0, 3], ""), (0, 3)).shape == (0, 3)


def test_a_bool_takes_zero_and_one_only() -> None:
    read = ArrayReader(np.dtype(bool))
    assert read([True, 0, 1.0], (3,)).tolist() == [True, False, True]
    for value in (2, -1, 10**30):
        with pytest.raises(Mismatch):
            read([value], (1,))


def test_a_list_nested_without_end_is_refused() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(Mismatch):
        ArrayReader(np.dtype(np.float32))(deep, (1, 1))


@pytest.mark.parametrize("value", [3, 3.0, np.int8(3), np.float32(3), np.uint64(3)])
def test_an_integer_in_any_type_is_an_int(value: Any) -> None:
    assert integer(value) == 3
    assert type(integer(value)) is int


@pytest.mark.parametrize("value", [0.5, math.inf, math.nan, "3", None, [3], np.longdouble(0.5)])
def test_what_is_no_integer_is_refused(value: Any) -> None:
    with pytest.raises(Mismatch, match="not an integer"):
        integer(value)


def test_a_finite_number_is_itself() -> None:
    assert number(0.1) == 0.1
    assert type(number(np.float64(0.1))) is float
