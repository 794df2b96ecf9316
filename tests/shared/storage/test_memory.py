"""The store in a dictionary."""

import pytest

from shared.storage.memory import MemoryStore
from shared.storage.protocol import Store
from shared.storage.testing.contract import StoreContract
from tests.blocking import Blocking, result, turns_in_a_listing

KEY = "state/me/one"


class TestMemoryStore(StoreContract):
    @pytest.fixture
    def store(self) -> Store:
        return MemoryStore()


def test_two_stores_have_nothing_in_common() -> None:
    one, other = Blocking(MemoryStore()), Blocking(MemoryStore())
    one.put(KEY, b"body")
    assert other.get(KEY) is None


def test_equal_bodies_have_different_tags() -> None:
    """More than `Store` promises: no ABA here, even without a nonce."""
    store = Blocking(MemoryStore())
    assert len({store.put(KEY, b"same") for _ in range(10)}) == 10


def test_a_listing_has_the_keys_of_its_first_step() -> None:
    async def listed() -> list[str]:
        store = MemoryStore()
        await store.put("a/1", b"")
        entries = store.list("a/")
        first = await anext(entries)
        await store.put("a/2", b"")
        return [first.key, *[entry.key async for entry in entries]]

    assert result(listed()) == ["a/1"]


def test_others_get_their_turn_within_a_long_listing() -> None:
    assert result(turns_in_a_listing(MemoryStore()))
