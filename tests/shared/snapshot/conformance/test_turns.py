"""Two environments by turns are each as if alone, or the kind is refused."""

import pytest

from shared.errors import NotExact
from shared.snapshot.conformance.turns import check_turns
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.make import make, register_environments
from shared.snapshot.registry import mechanism_for, mechanism_named

HABITS = ("tests.shared.snapshot.habits",)

pytestmark = pytest.mark.usefixtures("one_nursery")


@pytest.fixture(autouse=True)
def registered() -> None:
    register_environments(HABITS)


def check(name: str, mechanism: str = "object-graph") -> None:
    check_turns(Recipe(f"habits/{name}-v0"), HABITS, mechanism_named(mechanism))


@pytest.mark.parametrize("name", ["Columns", "SharedBoard", "DefaultMemory", "FullColumn"])
def test_two_that_share_nothing_are_as_if_alone(name: str) -> None:
    check(name)


def test_state_that_is_reached_by_the_name_of_a_class_is_found() -> None:
    with pytest.raises(NotExact, match=r"call \d+ \(.*\) on the (first|second) .*: info\['moves'\] differed"):
        check("NamedBoard")


@pytest.mark.parametrize("name", ["NamedBoard", "NativeBoard"])
def test_what_is_shared_and_makes_a_journal_come_out_differently_is_found(name: str) -> None:
    with pytest.raises(NotExact, match=r"shares state between instances: of two .* could not be restored"):
        check(name, "journal")


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe("CartPole-v1"),
        Recipe("Blackjack-v1", render_mode="rgb_array"),
        Recipe("CartPole-v1", num_envs=2, autoreset="NextStep"),
    ],
)
def test_environments_of_gymnasium_are_as_if_alone(recipe: Recipe) -> None:
    check_turns(recipe, (), mechanism_for(make(recipe)))
