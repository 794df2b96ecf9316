"""Rules for deletes under a condition, for stores whose capabilities say that they have them."""

import asyncio

import pytest

from shared.storage.protocol import Conflict, Store, Stored, Tag
from shared.storage.testing.objects import KEY
from shared.storage.testing.races import TURNS, WRITERS, at_once


class ConditionalDeleteRules:
    """The rules of `delete` with a tag, for the fixture `store`."""

    pytestmark = pytest.mark.anyio

    @pytest.fixture
    def anyio_backend(self) -> str:
        """The event loop that the rules run on."""
        return "asyncio"

    def test_it_says_that_it_deletes_conditionally(self, store: Store) -> None:
        """`capabilities.deletes_conditionally` is what lets a caller give a tag."""
        assert store.capabilities.deletes_conditionally

    async def test_delete_with_the_current_tag_removes_the_object(self, store: Store) -> None:
        """A conditional delete of the expected version is done."""
        tag = await store.put(KEY, b"body")
        await store.delete(KEY, expect=tag)
        assert await store.get(KEY) is None

    async def test_delete_with_a_stale_tag_is_a_conflict_and_removes_nothing(self, store: Store) -> None:
        """A delete never takes a version that its caller has not seen."""
        stale = await store.put(KEY, b"first")
        tag = await store.put(KEY, b"second")
        with pytest.raises(Conflict):
            await store.delete(KEY, expect=stale)
        assert await store.get(KEY) == Stored(b"second", tag)

    async def test_delete_with_a_tag_where_there_is_no_object_is_a_conflict(self, store: Store) -> None:
        """A conditional delete that was done before conflicts with itself."""
        tag = await store.put(KEY, b"body")
        await store.delete(KEY)
        with pytest.raises(Conflict):
            await store.delete(KEY, expect=tag)

    def test_of_many_deleters_exactly_one_wins(self, store: Store) -> None:
        """A conditional `delete` compares and removes in one step."""

        async def write() -> Tag:
            return await store.put(KEY, b"body")

        async def delete(tag: Tag) -> bool:
            try:
                await store.delete(KEY, tag)
            except Conflict:
                return False
            return True

        for _ in range(TURNS):
            assert sum(at_once(delete, [asyncio.run(write())] * WRITERS)) == 1
