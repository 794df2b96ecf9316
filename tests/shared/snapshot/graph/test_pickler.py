"""A graph has each object once, under the reduction that is exact for it."""

import sys
import weakref
from typing import Any

import numpy as np
import pytest

from shared.codec.plain import NotPlain
from shared.snapshot.graph.constants import Constants
from shared.snapshot.graph.pickler import GraphPickler, GraphUnpickler, reducer_of
from shared.snapshot.graph.testing import graph_of, restored
from tests.shared.snapshot.graph.envs import Forgetful, Keeper


def test_what_is_shared_is_shared_again_and_a_circle_stays_one() -> None:
    shared = Keeper()
    circle: list[Any] = [shared, shared]
    circle.append(circle)
    found = restored(graph_of(circle))
    assert found[0] is found[1]
    assert found[2] is found


def test_equal_strings_are_written_once_however_many_objects_they_are() -> None:
    """How many there are depends on where they came from, and must not show in the bytes."""
    literal, built = "resting", "".join(["rest", "ing"])
    assert literal is not built
    assert graph_of([literal, literal]) == graph_of([literal, built])


def test_a_string_comes_back_interned() -> None:
    """Code may compare it with a literal by identity."""
    built = "".join(["rest", "ing"])
    [found] = restored(graph_of([built]))
    assert found is sys.intern("resting")


def test_a_left_out_attribute_is_not_written() -> None:
    env = Forgetful()
    pickler = GraphPickler(Constants(), {id(env): "total"})
    graph, _ = pickler.written(env)
    found = GraphUnpickler(graph, Constants(), []).load()
    assert not hasattr(found, "total")
    assert hasattr(found, "observation_space")


def test_large_arrays_stand_beside_the_graph_and_small_ones_in_it() -> None:
    graph, buffers = graph_of([np.zeros(10), np.ones(10_000)])
    assert [len(buffer) for buffer in buffers] == [80_000]
    assert len(graph) < 1000


def test_a_type_is_looked_at_once() -> None:
    assert reducer_of(Keeper) is reducer_of(Keeper)


@pytest.mark.parametrize(
    "held",
    [{1, 2}, frozenset({"a", "b"}), memoryview(b"bytes"), {"one": 1}.values(), weakref.WeakSet()],
)
def test_what_comes_back_changed_or_not_at_all_is_refused(held: Any) -> None:
    constants = Constants()
    constants.complete = True  # else a set would count as one that the constructor built
    with pytest.raises((NotPlain, TypeError)):
        GraphPickler(constants).written(held)


def test_a_class_without_an_importable_name_is_refused() -> None:
    """Copies of it would drift apart."""
    with pytest.raises(NotPlain, match="the class Local cannot be imported"):
        graph_of(type("Local", (), {}))


def test_an_ndarray_subclass_is_left_to_itself_unless_it_is_a_view() -> None:
    masked = np.ma.masked_array([1.0, 2.0], [True, False])
    with pytest.raises(NotPlain, match="subclass that is a view or has attributes"):
        graph_of(masked[:1])
