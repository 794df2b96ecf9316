"""Each rule for calls at the same time is noticed to be broken."""

import pytest

from shared.storage.memory import MemoryStore
from shared.storage.testing.races import RaceRules
from tests.shared.storage.testing import broken
from tests.shared.storage.testing.broken import assert_noticed, rules_of

BREAKERS: dict[str, list[type[MemoryStore]]] = {
    "test_of_many_writers_with_one_tag_exactly_one_wins": [broken.ChecksThenWrites],
    "test_of_many_creators_exactly_one_wins": [broken.ChecksThenWrites],
    "test_no_increment_of_many_writers_is_lost": [broken.ChecksThenWrites],
}


@pytest.mark.parametrize(("rule", "store"), [(rule, store) for rule in BREAKERS for store in BREAKERS[rule]])
def test_a_store_that_breaks_the_rule_fails_it(rule: str, store: type[MemoryStore]) -> None:
    assert_noticed(getattr(RaceRules(), rule), store)


def test_every_rule_has_a_store_that_breaks_it() -> None:
    assert rules_of(RaceRules) == set(BREAKERS)
