"""Plain values come back with their types and bits, and what is not plain is refused."""

import contextlib
import math
import struct
from collections import OrderedDict, deque, namedtuple
from enum import IntEnum
from typing import Any

import hypothesis.extra.numpy as arrays
import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.codec import plain
from shared.codec.plain import NotPlain
from shared.errors import SnapshotCorrupt
from tests.shared.codec.pinned import PINNED, PLAIN

DTYPES = st.one_of(
    arrays.boolean_dtypes(),
    arrays.integer_dtypes(endianness="?"),
    arrays.unsigned_integer_dtypes(endianness="?"),
    arrays.floating_dtypes(endianness="?"),
    arrays.complex_number_dtypes(endianness="?"),
    arrays.unicode_string_dtypes(max_len=4),
    arrays.byte_string_dtypes(max_len=4),
    arrays.datetime64_dtypes(),
)
SCALARS = DTYPES.filter(lambda dtype: dtype.kind not in "mM").flatmap(arrays.from_dtype)
ATOMS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary())
KEYS = st.one_of(st.text(), st.integers(), st.binary(), st.tuples(st.integers(), st.text()))
ARRAYS = arrays.arrays(DTYPES, arrays.array_shapes(min_dims=0, min_side=0))
VALUES = st.recursive(
    st.one_of(
        ATOMS, SCALARS, arrays.arrays(DTYPES, arrays.array_shapes(min_dims=0, min_side=0)), st.just(plain.MISSING)
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner),
        st.dictionaries(KEYS, inner, max_size=4),
        st.builds(deque, st.lists(inner, max_size=4), st.one_of(st.none(), st.integers(4, 9))),
    ),
    max_leaves=12,
)


def bits(value: Any) -> Any:
    """The value with all that two equal ones may differ in made visible."""
    kind = type(value)
    match value:
        case float():
            return kind, struct.pack("<d", value)
        case np.ndarray() | np.generic():
            array = np.asarray(value)
            orders = (array.flags.c_contiguous, array.flags.f_contiguous)
            return kind, array.dtype.str, array.shape, orders, array.tobytes()
        case dict():
            return kind, [(bits(key), bits(item)) for key, item in value.items()]
        case deque():
            return kind, value.maxlen, [bits(item) for item in value]
        case list() | tuple():
            return kind, [bits(item) for item in value]
    return kind, value


@given(VALUES)
def test_a_value_comes_back_with_its_types_and_bits(value: Any) -> None:
    """Also a NaN's payload, a negative zero, a dictionary's order, a list that is not a tuple."""
    assert bits(plain.loads(plain.dumps(value))) == bits(value)


@given(VALUES)
def test_equal_values_give_equal_bytes_also_once_read(value: Any) -> None:
    """A restored environment that has not changed is not written again."""
    body = plain.dumps(value)
    assert plain.dumps(value) == body
    assert plain.dumps(plain.loads(body)) == body


@pytest.mark.parametrize(
    "value", [-(1 << 63) - 1, -(1 << 63), (1 << 64) - 1, 1 << 64, 1 << 127, -(1 << 200), True, 0]
)
def test_an_integer_of_any_size_stays_an_integer(value: int) -> None:
    """numpy's generators have states of 128 bits."""
    found = plain.loads(plain.dumps(value))
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize("value", [math.nan, -0.0, math.inf, 5e-324, 0.1])
def test_a_float_keeps_its_bits(value: float) -> None:
    assert struct.pack("<d", plain.loads(plain.dumps(value))) == struct.pack("<d", value)


@given(arrays.arrays(np.float32, (3, 4)))
def test_an_array_in_fortran_order_stays_in_it(array: Any) -> None:
    """numpy sums it in another sequence, with other last bits."""
    found = plain.loads(plain.dumps(np.asfortranarray(array)))
    assert found.flags.f_contiguous
    assert not found.flags.c_contiguous
    assert found.tobytes() == array.tobytes()


def test_an_array_that_came_back_can_be_written_to() -> None:
    """An environment changes its arrays in place."""
    found = plain.loads(plain.dumps(np.zeros(3)))
    found[1] = 2.0
    assert found.tolist() == [0.0, 2.0, 0.0]


def test_a_part_of_an_array_comes_back_as_an_array() -> None:
    """Its strides are not state where arrays are only looked at; their order is."""
    found = plain.loads(plain.dumps(np.arange(12.0).reshape(3, 4)[::2, 1::2]))
    assert found.tolist() == [[1.0, 3.0], [9.0, 11.0]]


def test_the_absence_of_an_attribute_stays_the_one_object() -> None:
    assert plain.loads(plain.dumps([plain.MISSING]))[0] is plain.MISSING


def test_a_dictionary_may_have_other_keys_than_texts() -> None:
    """Cells of a grid, numbers that a map of msgpack would not hold."""
    value = {(1, 2): "a", 1 << 70: "b", np.int8(3): "c", None: "d", True: "e", 2.5: "f"}
    found = plain.loads(plain.dumps(value))
    assert bits(found) == bits(value)


Pair = namedtuple("Pair", "first second")  # untyped, as environments have them


class Level(IntEnum):
    ONE = 1


class Count(int):
    """An integer with more to it."""


class Metres(np.float64):
    """A scalar with more to it."""


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (object(), "builtins.object"),
        ("\ud800", "a text"),
        ({1, 2}, "builtins.set"),
        (Pair(1, 2), "Pair"),
        (Level.ONE, "Level"),
        (Count(3), "Count"),
        (OrderedDict(a=1), "collections.OrderedDict"),
        (1j, "builtins.complex"),
        (bytearray(b"a"), "builtins.bytearray"),
        (np.random.default_rng(1), "numpy.random"),
        (np.zeros(2).view(np.recarray), "recarray"),
        (len, "builtin_function_or_method"),
        (np.zeros(2, object), "array of objects"),
        (np.array([(1, None)], [("a", "i4"), ("b", object)])[0], "scalar of objects"),
        (np.zeros(2, "i4,f8"), "array with fields"),
        (np.zeros(2, "i4,f8")[0], "scalar with fields"),
        (Metres(1.5), "Metres"),
        (np.longlong(3), "longlong"),
    ],
)
@pytest.mark.parametrize("around", [lambda value: value, lambda value: {"a": [(deque([value]),)]}])
def test_what_is_not_plain_is_refused_wherever_it_stands(value: Any, named: str, around: Any) -> None:
    """A subclass counts as itself: it may hold more than its parent."""
    with pytest.raises(NotPlain, match=named):
        plain.dumps(around(value))


def test_a_value_that_contains_itself_is_refused() -> None:
    itself: list[Any] = []
    itself.append({"a": (itself,)})
    with pytest.raises(NotPlain, match="contains itself"):
        plain.dumps(itself)


def test_a_value_nested_as_deep_as_can_be_comes_back() -> None:
    value: Any = 1
    for _ in range(plain.DEEPEST):
        value = (value,)
    assert plain.loads(plain.dumps(value)) == value
    with pytest.raises(NotPlain, match="nested too deep"):
        plain.dumps([value])


@pytest.mark.parametrize("name", PLAIN)
def test_stored_bytes_mean_what_they_meant_when_they_were_written(name: str) -> None:
    """Snapshots outlive the release that wrote them."""
    stored = bytes.fromhex(PINNED["plain"][name])
    assert bits(plain.loads(stored)) == bits(PLAIN[name])
    assert plain.dumps(PLAIN[name]) == stored


def test_every_extension_is_pinned() -> None:
    """Each number is in a stored snapshot of some kind, and cannot be given to another type."""
    found: set[int] = set()

    def note(code: int, data: memoryview) -> None:
        found.add(code)
        if code not in (2, 6):
            msgspec.msgpack.Decoder(ext_hook=note).decode(data)

    for stored in PINNED["plain"].values():
        msgspec.msgpack.Decoder(ext_hook=note, strict=False).decode(bytes.fromhex(stored))
    assert found == {*range(1, 8)}


def test_bytes_without_an_end_to_their_nesting_are_refused() -> None:
    body = b"\xc0"
    for _ in range(3000):
        body = b"\xc9" + len(body).to_bytes(4, "big") + b"\x01" + body
    with pytest.raises(SnapshotCorrupt, match="cannot be read"):
        plain.loads(body)


@pytest.mark.parametrize(
    "body",
    [b"", b"\xc1", b"\x91", b"\xd4\x63\x00", b"\xd4\x03\x90", b"\xd4\x01\x01", plain.dumps((1, (2, 3)))[:-1]],
)
def test_bytes_that_are_no_value_are_refused(body: bytes) -> None:
    with pytest.raises(SnapshotCorrupt, match="cannot be read"):
        plain.loads(body)


@given(st.binary(max_size=60))
def test_no_bytes_lead_to_another_error(body: bytes) -> None:
    """Bodies are signed, and yet a damaged one must not look like a fault of the environment."""
    with contextlib.suppress(SnapshotCorrupt):
        plain.loads(body)


def test_a_list_is_read_item_by_item() -> None:
    """A large one is then not copied for a small first item."""
    items = [{"a": "1"}, (1, 2), np.arange(3.0)]
    first, second, third = plain.packed_items(plain.dumps(items))
    assert (plain.loads(first), plain.loads(second)) == ({"a": "1"}, (1, 2))
    assert plain.loads(third).tolist() == [0.0, 1.0, 2.0]


@pytest.mark.parametrize("body", [plain.dumps({"a": 1}), b"", b"\x91"])
def test_what_is_no_list_has_no_items(body: bytes) -> None:
    with pytest.raises(SnapshotCorrupt):
        plain.packed_items(body)
