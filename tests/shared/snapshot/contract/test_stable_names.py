"""A stable name leads to the same class or function in every release."""

import pytest

import shared.snapshot.graph.pickler  # noqa: F401  # it gives the names
from shared.snapshot.contract.stable_names import stable_name, stable_name_for, stable_name_of, stably_named
from shared.snapshot.making.autoreset import SameStepAutoreset

GIVEN = (
    *("array", "array of objects", "function", "global", "global generator", "instance", "native object"),
    *("SameStepAutoreset", "set array of objects", "set cell", "set function", "set instance", "view of array"),
)
"""The names that stored graphs hold. Add to these, and never edit or take one away."""


@pytest.mark.parametrize("name", GIVEN)
def test_a_name_that_graphs_hold_leads_to_what_it_was_given_to(name: str) -> None:
    assert stable_name_of(stably_named(name)) == name


def test_a_name_is_given_once() -> None:
    with pytest.raises(ValueError, match="the stable name 'SameStepAutoreset' is that of"):
        stable_name("SameStepAutoreset")(dict)
    assert stably_named("SameStepAutoreset") is SameStepAutoreset


def test_a_name_that_nothing_has_is_told() -> None:
    with pytest.raises(LookupError, match="nothing here has the stable name 'crate'"):
        stably_named("crate")


def test_other_classes_and_functions_are_written_by_their_path() -> None:
    assert stable_name_of(dict) is None
    assert stable_name_for("collections.OrderedDict") is None
