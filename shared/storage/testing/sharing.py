"""Rules for stores that several processes share."""

import pytest

from shared.storage.protocol import ABSENT, UNCHANGED, Conflict, Store, Stored
from shared.storage.testing.objects import KEY


class SharingRules:
    """What several that opened the same address see, for the fixtures `store` and `second`."""

    pytestmark = pytest.mark.anyio

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
        await second.delete(KEY)
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
        assert await store.get(KEY) == Stored(b"second", newer)
