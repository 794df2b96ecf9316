"""The contract suite itself: a store that breaks a promise fails the rule that states it."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from shared.storage.memory import MemoryStore
from shared.storage.protocol import Conflict, Store
from shared.storage.testing.contract import SharedStoreContract, StoreContract
from tests.blocking import result
from tests.shared.storage.testing import broken

pytest_plugins = ["pytester"]

FAILED = (AssertionError, Conflict, pytest.fail.Exception)


@pytest.mark.parametrize(
    ("store", "rule"),
    [
        (broken.IgnoresExpectations, "test_put_absent_creates_once"),
        (broken.IgnoresExpectations, "test_put_with_a_stale_tag_is_a_conflict_and_writes_nothing"),
        (
            broken.IgnoresExpectations,
            "test_put_with_a_tag_where_there_is_no_object_is_a_conflict_and_creates_nothing",
        ),
        (broken.DeletesWhateverIsThere, "test_delete_with_a_stale_tag_is_a_conflict_and_removes_nothing"),
        (broken.DeletesWhateverIsThere, "test_delete_with_a_tag_where_there_is_no_object_is_a_conflict"),
        (broken.ChecksThenWrites, "test_of_many_writers_with_one_tag_exactly_one_wins"),
        (broken.TagsAreLengths, "test_writes_of_different_bytes_have_different_tags"),
        (broken.AlwaysUnchanged, "test_get_unless_is_unchanged_only_while_the_tag_is_current"),
        (broken.FoldsCase, "test_an_odd_key_is_a_key_like_any_other"),
        (broken.ListsOnePage, "test_a_listing_is_complete_wherever_its_last_page_ends"),
        (broken.ListsInNoOrder, "test_keys_of_one_folder_come_in_the_order_of_their_bytes"),
        (broken.ListsPartsOfSegments, "test_a_prefix_is_whole_segments_and_the_empty_one_is_everything"),
        (broken.NeverCompacted, "test_compaction_ends_and_keeps_every_object"),
    ],
)
def test_a_broken_promise_fails_the_rule_that_states_it(store: type[MemoryStore], rule: str) -> None:
    check = getattr(StoreContract(), rule)
    _run(check, MemoryStore())
    with pytest.raises(FAILED):
        _run(check, store())


@pytest.mark.parametrize(
    "rule",
    [
        "test_it_says_that_it_is_shared",
        "test_a_write_is_seen_by_whoever_opens_the_same_address",
        "test_expectations_hold_between_two_that_opened_the_same_address",
    ],
)
def test_a_store_of_one_process_is_no_shared_one(rule: str) -> None:
    stores: list[Store] = [MemoryStore()]
    if rule != "test_it_says_that_it_is_shared":
        stores.append(MemoryStore())
    with pytest.raises(FAILED):
        _run(getattr(SharedStoreContract(), rule), *stores)


def _run(rule: Callable[..., Coroutine[Any, Any, None] | None], *stores: Store) -> None:
    coroutine = rule(*stores)
    if coroutine is not None:
        result(coroutine)


def test_a_subclass_without_its_fixture_is_told_so(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        "from shared.storage.testing.contract import StoreContract\n\nclass TestStore(StoreContract): pass"
    )
    result = pytester.inline_run("-p", "no:schemathesis", "-k", "missing_object")
    [report] = result.getfailures()
    assert "TestStore needs a fixture `store`" in str(report.longrepr)
