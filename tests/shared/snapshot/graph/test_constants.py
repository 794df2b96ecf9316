"""What every environment of a recipe has is numbered and not stored, as long as it does not change."""

from typing import Any

import pytest

from shared.codec.plain import NotPlain
from shared.snapshot.graph.constants import Constants
from shared.snapshot.graph.pickler import GraphPickler, GraphUnpickler


def surveyed(value: Any) -> Constants:
    constants = Constants()
    GraphPickler(constants).written(value)
    constants.complete = True
    return constants


def cells(count: int = 40) -> set[tuple[int, int]]:
    return {(28 * k % 31, 11 * k % 29) for k in range(count)}


def test_a_set_that_the_constructor_made_is_taken_from_another_such_object() -> None:
    here, there = [cells()], [cells()]
    graph, _ = GraphPickler(surveyed(here)).written(here)
    found = GraphUnpickler(graph, surveyed(there), []).load()
    assert found[0] is not there[0]
    assert [*found[0]] == [*here[0]]


def test_a_set_that_came_out_of_a_graph_is_the_environments_own_and_is_a_constant_again() -> None:
    """Two environments may hold one set of their class, and one that grows must not grow in the other."""
    value = [cells()]
    constants = surveyed(value)
    graph, _ = GraphPickler(constants).written(value)
    first, second = (GraphUnpickler(graph, constants, []).load() for _ in range(2))
    first[0].add((99, 99))
    assert (99, 99) not in second[0]
    assert GraphPickler(constants).written(second)[0] == graph


def test_a_set_with_room_that_a_copy_would_lack_is_not_copied() -> None:
    """Where a set grows next depends on its room, and so does its order then."""
    roomy = {*range(1000)}
    while len(roomy) > 5:
        roomy.pop()
    assert surveyed([roomy]).at(0) is roomy


@pytest.mark.parametrize(
    "change", [lambda held: held.add((99, 99)), lambda held: held.clear(), lambda held: held.pop()]
)
def test_a_set_that_has_changed_is_refused_unless_it_has_no_order(change: Any) -> None:
    value = [cells()]
    constants = surveyed(value)
    change(value[0])
    if len(value[0]) > 1:
        with pytest.raises(NotPlain, match="another order"):
            GraphPickler(constants).written(value)
    else:
        GraphPickler(constants).written(value)
    with pytest.raises(LookupError, match="has changed"):
        constants.at(0)


def test_an_equal_set_in_another_order_has_changed() -> None:
    """What is walked through is the order."""
    value = [cells()]
    constants, order = surveyed(value), [*value[0]]
    value[0].clear()
    value[0].update(order)
    assert value[0] == {*order}
    assert [*value[0]] != order
    with pytest.raises(NotPlain):
        GraphPickler(constants).written(value)


@pytest.mark.parametrize("held", [set(), frozenset(), {1}, frozenset({"one"})])
def test_a_set_without_an_order_is_stored(held: Any) -> None:
    graph, _ = GraphPickler(surveyed([])).written([held])
    assert GraphUnpickler(graph, surveyed([]), []).load() == [held]


def test_a_set_of_objects_is_no_constant() -> None:
    """They are part of the graph, and would be another environment's."""
    with pytest.raises(NotPlain):
        surveyed([{Constants(), Constants()}])


def test_fingerprints_differ_where_constants_do_and_not_by_the_order_of_texts() -> None:
    """A set of texts has another order under another hash seed, though the same constructor made it."""
    assert surveyed([{"a", "b"}, cells()]).fingerprint() == surveyed([{"b", "a"}, cells()]).fingerprint()
    assert surveyed([cells()]).fingerprint() != surveyed([cells(39)]).fingerprint()
    assert surveyed([cells()]).fingerprint() != surveyed([]).fingerprint()


@pytest.mark.slow
def test_a_compiled_function_is_a_constant() -> None:
    """Restoring an environment of Gymnasium's jax family would compile it anew, which took 0.2 to 1.9 s."""
    jax = pytest.importorskip("jax")
    here, there = ([jax.jit(lambda value: value + 1)] for _ in range(2))
    graph, _ = GraphPickler(surveyed(here)).written(here)
    assert GraphUnpickler(graph, surveyed(there), []).load()[0] is there[0]
    assert len(graph) < 30
