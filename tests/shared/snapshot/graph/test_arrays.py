"""Arrays come back with their bits, their strides, and the memory that they share."""

import io
import pickle
from typing import Any

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.codec.plain import NotPlain
from shared.snapshot.graph.arrays import LARGE_BYTES
from shared.snapshot.graph.constants import Constants
from shared.snapshot.graph.pickler import GraphPickler, GraphUnpickler


def again(value: Any) -> Any:
    """The value out of a graph."""
    graph, buffers = GraphPickler(Constants()).written(value)
    return GraphUnpickler(graph, Constants(), [buffer.raw().tobytes() for buffer in buffers]).load()


def form(array: Any) -> tuple[Any, ...]:
    flags = array.flags
    return (array.dtype, array.shape, array.strides, flags.writeable, flags.aligned, array.tobytes())


DTYPES = st.one_of(
    arrays.boolean_dtypes(),
    arrays.integer_dtypes(endianness="="),
    arrays.floating_dtypes(endianness="="),
    arrays.unsigned_integer_dtypes(endianness=">"),
    arrays.complex_number_dtypes(),
    arrays.unicode_string_dtypes(max_len=4),
    arrays.datetime64_dtypes(),
)


@given(st.data())
def test_an_array_comes_back_with_its_bits_and_strides(data: st.DataObject) -> None:
    """numpy sums along memory, so that other strides give other last bits."""
    array = data.draw(arrays.arrays(DTYPES, arrays.array_shapes(min_dims=0, min_side=0)))
    axes = data.draw(st.permutations(range(array.ndim)))
    turned = array.transpose(axes).copy("K")
    turned.flags.writeable = data.draw(st.booleans())
    for each in (array, turned, np.asfortranarray(array)):
        assert form(again(each)) == form(each)


@given(st.data())
def test_a_view_looks_at_the_same_part_of_the_same_array(data: st.DataObject) -> None:
    array = np.arange(60.0).reshape(3, 4, 5).copy()
    index = data.draw(arrays.basic_indices(array.shape, allow_ellipsis=False, allow_newaxis=True))
    view = array[index]
    if not isinstance(view, np.ndarray):
        return
    found_view, found_array = again([view, array])
    assert form(found_view) == form(view)
    assert np.shares_memory(found_view, found_array) or not view.size
    found_array += 1
    assert found_view.tobytes() == (view + 1).tobytes()


def test_views_of_one_array_share_it_though_it_is_reached_through_them_alone() -> None:
    memory = np.zeros(10)
    first, second = again([memory[:5], memory[3:].reshape(7, 1).view(np.int64)])
    first[4] = 1.0
    assert second[1, 0] == np.float64(1.0).view(np.int64)


def test_an_array_that_is_held_twice_is_held_twice() -> None:
    array = np.zeros(3)
    first, second = again([array, array])
    assert first is second


def test_a_restored_array_has_memory_of_its_own_and_gives_the_same_bytes_again() -> None:
    """A pickle's own would be a view of a bytearray from then on."""
    array = np.arange(5.0)
    found = again(array)
    assert found.base is None
    assert GraphPickler(Constants()).written(found) == GraphPickler(Constants()).written(array)


def test_a_large_array_stands_beside_the_graph() -> None:
    large = np.zeros(LARGE_BYTES // 8)
    graph, buffers = GraphPickler(Constants()).written([large, large[:10], np.zeros(10)])
    assert len(graph) < 1000
    assert [buffer.raw().nbytes for buffer in buffers] == [LARGE_BYTES]


@pytest.mark.parametrize("dtype", ["float32", "int64", "bool"])
def test_a_simple_type_is_numpys_one_object_again(dtype: str) -> None:
    """A pickle makes copies, by which the bytes of a restored environment would differ."""
    assert again(np.zeros(2, dtype)).dtype is np.dtype(dtype)


def test_a_structured_array_and_one_of_objects_come_back() -> None:
    pairs = np.array([(1, 2.5)], [("number", "i4"), ("weight", "f8")])
    assert form(again(pairs)) == form(pairs)
    shared: list[int] = []
    objects = np.empty((2, 2), object)
    objects[0, 0] = objects[1, 1] = shared
    found = again(objects)
    assert found.shape == (2, 2)
    assert found[0, 0] is found[1, 1]


def test_objects_in_an_array_may_lead_back_to_it() -> None:
    """A grid of cells that know their grid."""
    grid = np.empty(2, object)
    grid[0] = {"grid": grid}
    found = again(grid)
    assert found[0]["grid"] is found


def test_an_array_out_of_a_pickle_is_carried() -> None:
    """It looks at a bytearray, of which nobody else knows."""
    array = pickle.loads(pickle.dumps(np.arange(6.0).reshape(2, 3), 5))
    assert form(again(array)) == form(array)


def test_an_array_over_bytes_stays_read_only() -> None:
    array = np.frombuffer(b"12345678", np.float64)
    assert form(again(array)) == form(array)


@pytest.mark.parametrize(
    "made",
    [
        lambda: np.lib.stride_tricks.sliding_window_view(np.zeros(4), 2),
        lambda: np.zeros(4).view(np.recarray),
        lambda: np.empty(4, object)[1:],
        lambda: writeable_view_of_a_read_only_array(),
        lambda: np.asarray(memoryview(io.BytesIO(bytes(8)).getbuffer())),
    ],
)
def test_memory_whose_sharing_cannot_be_repeated_is_refused(made: Any) -> None:
    with pytest.raises(NotPlain):
        again(made())


def writeable_view_of_a_read_only_array() -> Any:
    array = np.zeros(4)
    view = array[1:]
    array.flags.writeable = False
    return view


class Named(np.ndarray[Any, Any]):
    """Its pickle leaves the name out."""

    name: str


def test_an_array_of_a_subclass_is_carried_unless_it_has_attributes() -> None:
    plain = Named((2,))
    assert type(again(plain)) is Named
    plain.name = "left out"
    with pytest.raises(NotPlain, match="has attributes"):
        again(plain)
