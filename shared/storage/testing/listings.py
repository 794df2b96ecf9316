"""Rules for listings."""

import time

import pytest

from shared.storage.protocol import Store


async def _keys(store: Store, prefix: str, after: str = "") -> list[str]:
    return [entry.key async for entry in store.list(prefix, after)]


class ListingRules:
    """The rules of `list`, for the fixture `store`. Let it page by few entries where it can."""

    pytestmark = pytest.mark.anyio

    @pytest.fixture
    def anyio_backend(self) -> str:
        """The event loop that the rules run on."""
        return "asyncio"

    async def test_a_listing_of_nothing_is_empty(self, store: Store) -> None:
        """A prefix under which there is no object is no error."""
        await store.put("state/me/one", b"")
        assert await _keys(store, "state/you/") == []

    async def test_a_listing_has_size_and_time(self, store: Store) -> None:
        """`size` is the body's length, `written` the last write by the store's clock."""
        await store.put("state/me/one", b"12345")
        await store.put("state/me/two", b"longer at first")
        await store.put("state/me/two", b"")
        one, two = [entry async for entry in store.list("state/me/")]
        assert (one.key, one.size) == ("state/me/one", 5)
        assert (two.key, two.size) == ("state/me/two", 0)
        assert abs(one.written - time.time()) < 3600

    async def test_keys_of_one_folder_come_in_the_order_of_their_bytes(self, store: Store) -> None:
        """Keys that are equal up to their last `/` are sorted by their UTF-8 bytes, over all pages."""
        names = ["a", "B", "_", "-", "é", "環", "🙂", "10", "9", "a b", "a%", "aa", "a.b"]
        for name in names:
            await store.put(f"state/me/{name}", b"")
        listed = [key.removeprefix("state/me/") for key in await _keys(store, "state/me/")]
        assert listed == sorted(names, key=str.encode)

    async def test_a_listing_is_complete_wherever_its_last_page_ends(self, store: Store) -> None:
        """No number of objects loses one or ends a listing early."""
        keys = [f"state/me/{n}" for n in range(8)]
        for end, key in enumerate(keys, start=1):
            await store.put(key, b"")
            assert await _keys(store, "state/me/") == keys[:end]

    async def test_a_listing_has_every_key_once_when_folders_and_objects_share_names(self, store: Store) -> None:
        """Each object under the prefix is listed once, however deep it is."""
        keys = ["s/a", "s/a/b", "s/a/b/c", "s/a-b", "s/a-b/c", "s/a/c", "s/a.b", "s/b/a", "s/b/b"]
        for key in keys:
            await store.put(key, b"")
        assert sorted(await _keys(store, "s/")) == sorted(keys)
        assert sorted(await _keys(store, "s/a/")) == ["s/a/b", "s/a/b/c", "s/a/c"]

    async def test_a_listing_goes_on_behind_any_key_whether_there_is_an_object_or_not(self, store: Store) -> None:
        """Pages of a list that is read in several requests miss nothing and repeat nothing."""
        keys = [f"state/me/{n}" for n in range(1, 9)]
        for key in keys:
            await store.put(key, b"")
        await store.put("state/you/1", b"")
        assert await _keys(store, "state/me/", "state/me/0") == keys
        for number, key in enumerate(keys, start=1):
            assert await _keys(store, "state/me/", key) == keys[number:]
            assert await _keys(store, "state/me/", f"{key}-") == keys[number:]

    async def test_a_listing_goes_on_behind_all_keys_that_begin_with_the_same_segments(self, store: Store) -> None:
        """So the owners are found at one page each, whatever their order in this store is."""
        for owner in ("a", "a-b", "a.b", "a0", "b", "é"):
            for name in ("1", "é", "x/y"):
                await store.put(f"s/{owner}/{name}", b"")
        keys = await _keys(store, "s/")
        owners = list(dict.fromkeys(key.split("/")[1] for key in keys))
        for number, owner in enumerate(owners, start=1):
            later = [key for key in keys if key.split("/")[1] in owners[number:]]
            assert await _keys(store, "s/", f"s/{owner}/\U0010ffff") == later

    async def test_a_prefix_is_whole_segments_and_the_empty_one_is_everything(self, store: Store) -> None:
        """`state/me/` is not a prefix of `state/me2/1`, nor of the object `state/me`."""
        keys = ["state/me", "state/me/1", "state/me2/1", "state/you/1"]
        for key in keys:
            await store.put(key, b"")
        assert await _keys(store, "state/me/") == ["state/me/1"]
        assert sorted(await _keys(store, "state/")) == sorted(keys)
        assert sorted(await _keys(store, "")) == sorted(keys)

    async def test_a_prefix_has_no_wildcards_and_case_counts(self, store: Store) -> None:
        """Every character of a prefix stands for itself."""
        folders = ["a%", "a_", "a*", "a?", "[a]", "A", "é", "\U0010ffff"]
        for folder in ["aX", "a", "e", "ê", *folders]:
            await store.put(f"s/{folder}/b", b"")
        for folder in folders:
            assert await _keys(store, f"s/{folder}/") == [f"s/{folder}/b"]

    async def test_objects_may_be_deleted_while_they_are_listed(self, store: Store) -> None:
        """A sweep deletes each entry as it comes, and misses none."""
        keys = [f"state/me/{n}" for n in range(8)]
        for key in keys:
            await store.put(key, b"")
        seen = []
        async for entry in store.list("state/me/"):
            await store.delete(entry.key)
            seen.append(entry.key)
        assert seen == keys
        assert await _keys(store, "state/me/") == []
