"""A store takes its whole contract by one fixture, or two where it is shared."""

import pytest

from shared.storage.memory import MemoryStore
from shared.storage.testing.contract import SharedStoreContract
from tests.shared.storage.testing.broken import NOTICED, followed

pytest_plugins = ["pytester"]


@pytest.mark.parametrize(
    "rule",
    [
        "test_it_says_that_it_is_shared",
        "test_a_write_is_seen_by_whoever_opens_the_same_address",
        "test_expectations_hold_between_two_that_opened_the_same_address",
    ],
)
def test_a_store_of_one_process_is_no_shared_one(rule: str) -> None:
    stores = [MemoryStore()]
    if rule != "test_it_says_that_it_is_shared":
        stores.append(MemoryStore())
    with pytest.raises(NOTICED):
        followed(getattr(SharedStoreContract(), rule), *stores)


def test_a_subclass_without_its_fixture_is_told_so(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        "from shared.storage.testing.contract import StoreContract\n\nclass TestStore(StoreContract): pass"
    )
    result = pytester.inline_run("-p", "no:schemathesis", "-k", "missing_object")
    [report] = result.getfailures()
    assert "TestStore needs a fixture `store`" in str(report.longrepr)
