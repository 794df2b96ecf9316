"""A graph has each object once, under the reduction that is exact for it."""

import pickletools
import sys
import weakref
from collections.abc import Callable
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


def closures() -> tuple[Callable[[], int], Callable[[int], None]]:
    count = 0

    def assign(value: int) -> None:
        nonlocal count
        count = value

    return lambda: count, assign


SENTINEL = object()
MADE_BY_US = [
    np.zeros(3),
    np.zeros((3, 3))[1],
    np.array([None, "text"], dtype=object),
    Forgetful(),
    closures(),
    SENTINEL,
]


def test_no_graph_names_a_module_of_this_project() -> None:
    """Moving a module would strand every stored graph."""
    graph, _ = graph_of(MADE_BY_US)
    texts = [argument for _, argument, _ in pickletools.genops(graph) if isinstance(argument, str)]
    assert "numpy" in texts
    assert not [text for text in texts if text.startswith("shared")]


FORMER = {
    "shared.snapshot.graph.arrays": ("_of_bytes", "_of_objects", "_set_objects", "_view"),
    "shared.snapshot.graph.reducers": (
        *("_blank", "_function", "_native_object", "_set_attributes", "_set_cell", "_set_function"),
    ),
    "shared.snapshot.graph.singletons": ("_global", "_global_generator"),
    "shared.snapshot.making.autoreset": ("SameStepAutoreset",),
}


@pytest.mark.parametrize(("module", "name"), [(module, name) for module in FORMER for name in FORMER[module]])
def test_a_graph_that_names_a_module_of_ours_still_finds_what_stood_there(
    module: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the module is no more."""
    monkeypatch.setitem(sys.modules, module, None)
    found = GraphUnpickler(f"c{module}\n{name}\n.".encode(), Constants(), []).load()
    assert found.__name__ == name


def test_a_class_of_ours_without_a_stable_name_is_refused() -> None:
    with pytest.raises(NotPlain, match=r"shared\.snapshot\.graph\.constants\.Constants has no stable name"):
        graph_of(Constants())
