"""Each rule for one object is noticed to be broken."""

from typing import Any

import pytest

from shared.storage.testing.objects import ODD_KEYS, ObjectRules
from tests.shared.storage.testing import broken
from tests.shared.storage.testing.broken import Breakers, assert_noticed, rules_of

BREAKERS: Breakers = {
    "test_capabilities_are_constant_and_take_a_body_of_a_megabyte": broken.SaysAnotherThingLater,
    "test_a_missing_object_is_none": broken.EmptyWhereNothingIs,
    "test_what_was_put_is_got_with_the_tag_that_put_returned": broken.TellsAnotherTag,
    "test_a_body_comes_back_unchanged": broken.KeepsText,
    "test_an_odd_key_is_a_key_like_any_other": broken.FoldsCase,
    "test_a_key_may_continue_another": broken.DeletesWhatIsBelow,
    "test_an_unconditional_put_overwrites": broken.NeverOverwrites,
    "test_put_absent_creates_once": broken.IgnoresExpectations,
    "test_put_absent_creates_again_after_a_delete": broken.RemembersTheDeleted,
    "test_put_with_the_current_tag_replaces_the_object": broken.TakesATagOnce,
    "test_put_with_a_stale_tag_is_a_conflict_and_writes_nothing": broken.IgnoresExpectations,
    "test_put_with_a_tag_where_there_is_no_object_is_a_conflict_and_creates_nothing": broken.IgnoresExpectations,
    "test_writes_of_different_bytes_have_different_tags": broken.TagsAreLengths,
    "test_get_unless_is_unchanged_only_while_the_tag_is_current": broken.AlwaysUnchanged,
    "test_delete_removes_the_object_if_there_is_one": broken.NeverDeletes,
    "test_objects_do_not_touch_each_other": broken.DropsPunctuation,
    "test_compaction_ends_and_keeps_every_object": broken.NeverCompacted,
}
PARAMETERS: dict[str, dict[str, Any]] = {"test_a_body_comes_back_unchanged": {"body": bytes(range(256))}}


@pytest.mark.parametrize("rule", BREAKERS)
def test_a_store_that_breaks_the_rule_fails_it(rule: str) -> None:
    assert_noticed(getattr(ObjectRules(), rule), BREAKERS[rule], **PARAMETERS.get(rule, {}))


def test_every_rule_has_a_store_that_breaks_it() -> None:
    assert rules_of(ObjectRules) == set(BREAKERS)


def test_the_odd_keys_are_keys_that_the_protocol_allows() -> None:
    for key in ODD_KEYS:
        assert 1 <= len(key.encode()) <= 900
        assert all(0 < len(segment.encode()) <= 250 for segment in key.split("/"))
        assert key.isprintable()
