"""Each rule for listings is noticed to be broken."""

import pytest

from shared.storage.testing.listings import ListingRules
from tests.shared.storage.testing import broken
from tests.shared.storage.testing.broken import Breakers, assert_noticed, rules_of

BREAKERS: Breakers = {
    "test_a_listing_of_nothing_is_empty": broken.ListsAllForNothing,
    "test_a_listing_has_size_and_time": broken.ListsNoTimes,
    "test_keys_of_one_folder_come_in_the_order_of_their_bytes": broken.ListsInNoOrder,
    "test_a_listing_is_complete_wherever_its_last_page_ends": broken.ListsOnePage,
    "test_a_listing_has_every_key_once_when_folders_and_objects_share_names": broken.ListsOneLevel,
    "test_a_listing_goes_on_behind_any_key_whether_there_is_an_object_or_not": broken.GoesOnBehindObjectsAlone,
    "test_a_listing_goes_on_behind_all_keys_that_begin_with_the_same_segments": broken.ListsFromTheBeginning,
    "test_a_prefix_is_whole_segments_and_the_empty_one_is_everything": broken.ListsPartsOfSegments,
    "test_a_prefix_has_no_wildcards_and_case_counts": broken.ListsByPattern,
    "test_objects_may_be_deleted_while_they_are_listed": broken.ListsByPosition,
}


@pytest.mark.parametrize("rule", BREAKERS)
def test_a_store_that_breaks_the_rule_fails_it(rule: str) -> None:
    assert_noticed(getattr(ListingRules(), rule), BREAKERS[rule])


def test_every_rule_has_a_store_that_breaks_it() -> None:
    assert rules_of(ListingRules) == set(BREAKERS)
