"""Originals are kept once for equal objects, and what is made of them belongs to one environment."""

from typing import Any

import pytest

from shared.snapshot.graph.constants import Constants
from shared.snapshot.graph.originals import Originals
from shared.snapshot.graph.pickler import GraphPickler, GraphUnpickler
from tests.shared.snapshot.graph.conftest import Register
from tests.shared.snapshot.graph.tank import TANK, Tank

WATER = {TANK.type: "tests.shared.snapshot.graph.tank:TANK"}


def surveyed(root: Any) -> Constants:
    constants = Constants()
    GraphPickler(constants).written(root)
    constants.complete = True
    return constants


def written(constants: Constants, root: Any) -> bytes:
    return GraphPickler(constants).written(root)[0]


def test_equal_objects_have_one_original() -> None:
    originals = Originals()
    tank, other = Tank(3), Tank(3)
    assert originals.keep(TANK, tank) is originals.keep(TANK, other) is originals.of(tank) is originals.of(other)
    assert originals.keep(TANK, Tank(4)) is not originals.of(tank)
    assert originals.of(Tank(3)) is None
    assert len(originals) == 3


def test_a_graph_holds_only_the_difference(register: Register) -> None:
    register("tank", **WATER)
    tank = Tank(3)
    constants = surveyed([tank])
    same, tank.water = written(constants, [tank]), 7
    changed = written(constants, [tank])
    for graph, water in ((same, 3), (changed, 7)):
        (made,) = GraphUnpickler(graph, constants, []).load()
        assert (made is tank, made.water) == (False, water)
        assert written(constants, [made]) == graph


def test_an_object_that_came_later_is_told_whole(register: Register) -> None:
    register("tank", **WATER)
    constants = surveyed([Tank(3)])
    (made,) = GraphUnpickler(written(constants, [Tank(3)]), constants, []).load()
    assert made.water == 3
    assert constants.originals.of(made) is None


def test_one_that_no_difference_can_tell_is_told_whole(register: Register) -> None:
    register("tank", **WATER)
    tank = Tank(3)
    constants = surveyed([tank])
    tank.size = 20
    (made,) = GraphUnpickler(written(constants, [tank]), constants, []).load()
    assert (made.water, made.size) == (3, 20)


def test_what_was_let_go_is_used_again_and_what_a_constructor_made_is_not() -> None:
    originals = Originals()
    tank = Tank(5)
    lend = originals.lender(originals.keep(TANK, tank))
    first, second = lend(b""), lend(b"\x09")
    assert len({id(tank), id(first), id(second)}) == 3
    originals.let_go()
    assert len(originals) == 0
    again = [lend(b"") for _ in range(3)]
    assert {id(first), id(second)} < {id(each) for each in again}
    assert not any(each is tank for each in again)
    assert [each.water for each in again] == [5, 5, 5]


def test_the_difference_of_a_spare_is_told_only_if_no_call_came_since() -> None:
    """The tank compares what it is told with what it finds."""
    for called in (False, True):
        originals = Originals()
        original = originals.keep(TANK, Tank(50 + called))
        lent = originals.lender(original)(b"\x09")
        assert originals.difference(original, lent) == b"\x09"
        if called:
            originals.may_change()
            lent.water = 11
        originals.let_go()
        assert original.spares == [(lent, None if called else b"\x09")]
        assert originals.lender(original)(b"").water == 50 + called


def test_environments_never_hold_one_object_together() -> None:
    """While the first uses its own, another gets another."""
    one, other = Originals(), Originals()
    original = one.keep(TANK, Tank(6))
    held = one.lender(original)(b"")
    assert other.lender(original)(b"") is not held


def test_a_difference_of_another_form_is_an_error() -> None:
    originals = Originals()
    with pytest.raises(ValueError, match=r"takes a byte"):
        originals.lender(originals.keep(TANK, Tank(1)))(b"ab")
