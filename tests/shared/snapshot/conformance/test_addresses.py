"""What depends on where objects lie in memory is not deterministic, and is told so."""

import pytest

from shared.errors import NotExact
from shared.snapshot.conformance import addresses
from shared.snapshot.conformance.addresses import check_addresses
from shared.snapshot.conformance.selection import select
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.make import register_environments

MODULES = ("tests.shared.snapshot.habits",)

pytestmark = pytest.mark.usefixtures("one_nursery")


@pytest.fixture(autouse=True)
def few_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    register_environments(MODULES)
    monkeypatch.setattr(addresses, "_MOST_CALLS", 60)


def test_a_sum_in_the_order_of_addresses_is_found_and_named() -> None:
    with pytest.raises(
        NotExact, match=r"AddsInOrder-v0 is not deterministic: .* elsewhere in memory: reward differ"
    ):
        check_addresses(Recipe("habits/AddsInOrder-v0", seed=1))


@pytest.mark.parametrize("name", ["MakesWorld", "Columns", "FullColumn"])
def test_what_does_not_depend_on_them_passes(name: str) -> None:
    check_addresses(Recipe(f"habits/{name}-v0", seed=1))


def test_such_an_environment_is_refused_by_every_mechanism() -> None:
    verdict = select(Recipe("habits/AddsInOrder-v0"), MODULES)
    assert verdict.mechanism is None, verdict
    for name in ("object-graph", "journal"):
        assert f"{name}: habits/AddsInOrder-v0 is not deterministic" in verdict.reasons[name]
    for name in ("journal-since-reset-any", "journal-since-reset"):
        assert "depends on where objects lie in memory" in verdict.reasons[name]
