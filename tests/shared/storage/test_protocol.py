"""What the protocol of a store says by its types."""

import pickle

import pytest

from shared.storage.memory import MemoryStore
from shared.storage.protocol import ABSENT, UNCHANGED, Conflict, Entry, Store, Stored, Tag
from shared.storage.testing.contract import StoreContract


def test_a_conflict_proves_nothing_until_the_store_says_that_it_sent_the_write_once() -> None:
    assert not Conflict().sent_once
    assert not Conflict("state/me/one").sent_once
    assert Conflict("state/me/one", sent_once=True).sent_once


def test_a_conflict_tells_of_the_object() -> None:
    assert str(Conflict("state/me/one", sent_once=True)) == "state/me/one"


def test_what_is_expected_of_an_object_is_never_taken_for_a_tag() -> None:
    """A store compares what it is given with its tags, whatever text those are."""
    signs: tuple[object, ...] = (ABSENT, UNCHANGED)
    for text in ("", "absent", "unchanged"):
        assert Tag(text) not in signs


@pytest.mark.parametrize("sign", [ABSENT, UNCHANGED])
def test_a_sign_stays_itself_between_processes(sign: object) -> None:
    """Callers compare by identity."""
    assert pickle.loads(pickle.dumps(sign)) is sign


def test_one_version_of_an_object_is_equal_by_its_bytes_and_its_tag() -> None:
    assert Stored(b"body", Tag("1")) == Stored(b"body", Tag("1"))
    assert Stored(b"body", Tag("1")) != Stored(b"body", Tag("2"))
    assert Entry("a", 1.0, 4)._fields == ("key", "written", "size")


def test_a_store_has_these_six_names_and_no_others() -> None:
    """What else a store has is its own; who calls it may rely on these alone."""
    names = {name for name in vars(Store) if not name.startswith("_")}
    assert names == {"capabilities", "get", "put", "delete", "list", "close"}
    assert names <= set(dir(MemoryStore()))


def test_the_contract_suite_has_a_rule_for_every_method_but_close() -> None:
    rules = " ".join(name for name in dir(StoreContract) if name.startswith("test_"))
    for word in ("capabilities", "get", "put", "delete", "list"):
        assert word in rules
