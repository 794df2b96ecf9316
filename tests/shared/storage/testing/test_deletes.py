"""Each rule for deletes under a condition is noticed to be broken."""

import pytest
from msgspec.structs import replace

from shared.storage.memory import MemoryStore
from shared.storage.testing.deletes import ConditionalDeleteRules
from tests.shared.storage.testing import broken
from tests.shared.storage.testing.broken import Breakers, assert_noticed, rules_of


class DoesNotSaySo(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self.capabilities = replace(MemoryStore.capabilities, deletes_conditionally=False)


BREAKERS: Breakers = {
    "test_it_says_that_it_deletes_conditionally": DoesNotSaySo,
    "test_delete_with_the_current_tag_removes_the_object": broken.OnlyMarksForDeletion,
    "test_delete_with_a_stale_tag_is_a_conflict_and_removes_nothing": broken.DeletesWhateverIsThere,
    "test_delete_with_a_tag_where_there_is_no_object_is_a_conflict": broken.DeletesWhateverIsThere,
    "test_of_many_deleters_exactly_one_wins": broken.ChecksThenDeletes,
}


@pytest.mark.parametrize("rule", BREAKERS)
def test_a_store_that_breaks_the_rule_fails_it(rule: str) -> None:
    assert_noticed(getattr(ConditionalDeleteRules(), rule), BREAKERS[rule])


def test_every_rule_has_a_store_that_breaks_it() -> None:
    assert rules_of(ConditionalDeleteRules) == set(BREAKERS)
