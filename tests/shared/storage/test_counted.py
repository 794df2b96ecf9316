"""A counted store does what the store under it does, and counts each call by its outcome."""

import pytest

from shared.errors import OutcomeUnknown, StoreUnavailable
from shared.storage.counted import CountedStore
from shared.storage.memory import MemoryStore
from shared.storage.protocol import ABSENT, Conflict, Tag
from tests.blocking import Blocking
from tests.shared.session.faulty import FaultyStore


def test_each_call_counts_under_its_operation_and_outcome() -> None:
    counted = CountedStore(MemoryStore())
    store = Blocking(counted)
    tag = store.put("a", b"1", ABSENT)
    with pytest.raises(Conflict):
        store.put("a", b"2", Tag("another"))
    assert store.get("a", tag) is not None
    assert [entry.key for entry in store.list("")] == ["a"]
    store.delete("a", tag)
    assert counted.calls == {
        ("put", "ok"): 1,
        ("put", "conflict"): 1,
        ("get", "ok"): 1,
        ("list", "ok"): 1,
        ("delete", "ok"): 1,
    }
    assert counted.seconds.keys() == {"put", "get", "delete"}
    assert all(seconds > 0 for seconds in counted.seconds.values())


@pytest.mark.parametrize(("error", "outcome"), [(OutcomeUnknown, "unknown"), (StoreUnavailable, "failed")])
def test_failed_and_unknown_are_different_outcomes(error: type[Exception], outcome: str) -> None:
    faulty = FaultyStore()
    counted = CountedStore(faulty)
    store = Blocking(counted)

    def fault() -> None:
        raise error("it failed")

    faulty.before_put.append(fault)
    with pytest.raises(error):
        store.put("a", b"1", None)
    assert counted.calls == {("put", outcome): 1}
