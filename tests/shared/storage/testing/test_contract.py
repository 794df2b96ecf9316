"""The contract suite itself: each promise that a store breaks fails the rule that states it."""

import pytest

from shared.storage.memory import MemoryStore
from shared.storage.protocol import Store
from shared.storage.testing.contract import SharedStoreContract, StoreContract
from tests.shared.storage.testing import broken

pytest_plugins = ["pytester"]


def failing(
    pytester: pytest.Pytester, store: type, contract: type = StoreContract, rule: str = "test"
) -> set[str]:
    """The names of the contract's tests with `rule` in their name that fail for the store."""
    pytester.makepyfile(
        f"""
        import pytest
        from {contract.__module__} import {contract.__name__}
        from {store.__module__} import {store.__name__}

        class TestStore({contract.__name__}):
            @pytest.fixture
            def store(self):
                return {store.__name__}()

            @pytest.fixture
            def second(self, store):
                return {store.__name__}()
        """
    )
    result = pytester.inline_run("-p", "no:cacheprovider", "-p", "no:xdist", "-k", rule)
    _, _, failed = result.listoutcomes()
    return {report.nodeid.rpartition("::")[2].partition("[")[0] for report in failed}


def test_a_store_that_keeps_every_promise_passes(pytester: pytest.Pytester) -> None:
    assert failing(pytester, MemoryStore) == set()


@pytest.mark.parametrize(
    ("store", "rule"),
    [
        (broken.IgnoresExpectations, "test_put_absent_creates_once"),
        (broken.IgnoresExpectations, "test_put_with_a_stale_tag_is_a_conflict_and_writes_nothing"),
        (broken.DeletesWhateverIsThere, "test_delete_with_a_stale_tag_is_a_conflict_and_removes_nothing"),
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
def test_a_broken_promise_fails_the_rule_that_states_it(
    pytester: pytest.Pytester, store: type[Store], rule: str
) -> None:
    assert failing(pytester, store, rule=rule) == {rule}


def test_a_store_of_one_process_is_no_shared_one(pytester: pytest.Pytester) -> None:
    assert failing(pytester, MemoryStore, SharedStoreContract) == {
        "test_it_says_that_it_is_shared",
        "test_a_write_is_seen_by_whoever_opens_the_same_address",
        "test_expectations_hold_between_two_that_opened_the_same_address",
    }


def test_a_suite_without_its_fixture_says_so(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        "from shared.storage.testing.contract import StoreContract\n\nclass TestStore(StoreContract): pass"
    )
    result = pytester.inline_run("-p", "no:cacheprovider", "-p", "no:xdist", "-k", "missing")
    [report] = result.getfailures()
    assert "TestStore needs a fixture `store`" in str(report.longrepr)
