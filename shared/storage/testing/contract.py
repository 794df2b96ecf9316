"""The rules of `Store` as tests that any store's own tests inherit.

    pytest.register_assert_rewrite("shared.storage.testing")  # in conftest.py: asserts that show their values

    class TestMyStore(SharedStoreContract):
        @pytest.fixture
        def store(self, tmp_path):
            return MyStore(tmp_path)

        @pytest.fixture
        def second(self, store, tmp_path):
            return MyStore(tmp_path)

Only tests import these modules: they need pytest.
"""

import pytest

from shared.storage.protocol import ABSENT, UNCHANGED, Conflict, Store, Stored
from shared.storage.testing.listings import ListingRules
from shared.storage.testing.objects import KEY, ObjectRules
from shared.storage.testing.races import RaceRules


class StoreContract(ObjectRules, ListingRules, RaceRules):
    """What every store promises. A subclass gives the fixture `store`: a new store without objects.

    The rules are coroutines, which AnyIO's plug-in for pytest runs; Starlette brings it.
    """

    @pytest.fixture
    def store(self) -> Store:
        """A new store without objects, closed by the fixture that made it."""
        raise NotImplementedError(f"{type(self).__name__} needs a fixture `store`: a new store without objects.")


class SharedStoreContract(StoreContract):
    """What a store whose capabilities say `shared` promises besides, with one more fixture."""

    @pytest.fixture
    def second(self, store: Store) -> Store:
        """Another store over the same objects as `store`, as a second process opens it."""
        raise NotImplementedError(f"{type(self).__name__} needs a fixture `second`: `store` opened once more.")

    async def test_it_says_that_it_is_shared(self, store: Store) -> None:
        """`capabilities.shared` is what lets several workers serve it."""
        assert store.capabilities.shared

    async def test_a_write_is_seen_by_whoever_opens_the_same_address(self, store: Store, second: Store) -> None:
        """Objects, tags and listings belong to the address, not to the one who opened it."""
        tag = await store.put(KEY, b"body")
        assert await second.get(KEY) == Stored(b"body", tag)
        assert await second.get(KEY, unless=tag) is UNCHANGED
        listed = [[entry async for entry in each.list("")] for each in (store, second)]
        assert listed[0] == listed[1]
        await second.delete(KEY, tag)
        assert await store.get(KEY) is None

    async def test_expectations_hold_between_two_that_opened_the_same_address(
        self, store: Store, second: Store
    ) -> None:
        """The compare-and-swap is the store's, not that of one who opened it."""
        tag = await store.put(KEY, b"first", ABSENT)
        with pytest.raises(Conflict):
            await second.put(KEY, b"second", ABSENT)
        newer = await second.put(KEY, b"second", tag)
        with pytest.raises(Conflict):
            await store.put(KEY, b"third", tag)
        with pytest.raises(Conflict):
            await store.delete(KEY, tag)
        assert await store.get(KEY) == Stored(b"second", newer)
