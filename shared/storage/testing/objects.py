"""Rules for reading, writing and deleting one object."""

import pytest

from shared.storage.protocol import ABSENT, UNCHANGED, Conflict, Store, Stored, Tag

KEY = "state/me/one"

ODD_KEYS = [
    "state/me/with space",
    "state/me/100%",
    "state/me/%2F%20",
    "state/me/a+b",
    "state/me/ns:Env-v0",
    "state/me/a?b=c&d#e",
    "state/me/quo'te\"s",
    "state/me/<tag>",
    "state/me/star*_",
    "state/me/ünïcode",
    "state/me/環境",
    "state/me/🙂",
    "state/me/.hidden",
    "state/me/CASE",
    "state/me/case",
    "state/" + "/".join(["x" * 250] * 3),
]


class ObjectRules:
    """The rules of `get`, `put`, `delete` and `capabilities`, for the fixture `store`."""

    pytestmark = pytest.mark.anyio

    @pytest.fixture
    def anyio_backend(self) -> str:
        """The event loop that the rules run on."""
        return "asyncio"

    async def test_capabilities_are_constant_and_take_a_body_of_a_megabyte(self, store: Store) -> None:
        """`capabilities` needs no contact and does not change."""
        before = store.capabilities
        await store.put(KEY, b"body")
        assert store.capabilities == before
        assert before.max_object_bytes >= 2**20

    async def test_a_missing_object_is_none(self, store: Store) -> None:
        """`get` returns None where there is no object, whatever tag it is given."""
        assert await store.get(KEY) is None
        assert await store.get(KEY, unless=Tag("any")) is None

    async def test_what_was_put_is_got_with_the_tag_that_put_returned(self, store: Store) -> None:
        """A write is visible to the next read."""
        tag = await store.put(KEY, b"body")
        assert await store.get(KEY) == Stored(b"body", tag)

    @pytest.mark.parametrize(
        "body", [b"", bytes(range(256)), b"\xff" * 2**20], ids=["empty", "all bytes", "1 MiB"]
    )
    async def test_a_body_comes_back_unchanged(self, store: Store, body: bytes) -> None:
        """Any bytes are a body, an empty one included."""
        await store.put(KEY, b"something else")
        tag = await store.put(KEY, body)
        assert await store.get(KEY) == Stored(body, tag)

    async def test_an_odd_key_is_a_key_like_any_other(self, store: Store) -> None:
        """Every character but controls and the backslash is itself in a key, and case counts."""
        tags = {key: await store.put(key, key.encode(), expect=ABSENT) for key in ODD_KEYS}
        assert {entry.key async for entry in store.list("state/")} == set(ODD_KEYS)
        for key, tag in tags.items():
            assert await store.get(key) == Stored(key.encode(), tag)
            await store.delete(key)
            assert await store.get(key) is None

    async def test_a_key_may_continue_another(self, store: Store) -> None:
        """`a/b` and `a/b/c` are two objects."""
        tags = {key: await store.put(key, key.encode()) for key in ("a/b/c", "a/b", "a/b/c/d")}
        await store.delete("a/b")
        del tags["a/b"]
        assert await store.get("a/b") is None
        for key, tag in tags.items():
            assert await store.get(key) == Stored(key.encode(), tag)

    async def test_an_unconditional_put_overwrites(self, store: Store) -> None:
        """`put` without `expect` writes whether or not there is an object."""
        await store.put(KEY, b"first")
        tag = await store.put(KEY, b"second")
        assert await store.get(KEY) == Stored(b"second", tag)

    async def test_put_absent_creates_once(self, store: Store) -> None:
        """`ABSENT` conflicts with an object that is there."""
        tag = await store.put(KEY, b"first", expect=ABSENT)
        with pytest.raises(Conflict):
            await store.put(KEY, b"second", expect=ABSENT)
        assert await store.get(KEY) == Stored(b"first", tag)

    async def test_put_absent_creates_again_after_a_delete(self, store: Store) -> None:
        """A deleted object is absent."""
        await store.put(KEY, b"first", expect=ABSENT)
        await store.delete(KEY)
        tag = await store.put(KEY, b"second", expect=ABSENT)
        assert await store.get(KEY) == Stored(b"second", tag)

    async def test_put_with_the_current_tag_replaces_the_object(self, store: Store) -> None:
        """Each write's tag is what the next one expects."""
        tag = await store.put(KEY, b"first")
        for body in (b"second", b"third", b""):
            tag = await store.put(KEY, body, expect=tag)
            assert await store.get(KEY) == Stored(body, tag)

    async def test_put_with_a_stale_tag_is_a_conflict_and_writes_nothing(self, store: Store) -> None:
        """A write that another one overtook is not done."""
        stale = await store.put(KEY, b"first")
        tag = await store.put(KEY, b"second", expect=stale)
        with pytest.raises(Conflict):
            await store.put(KEY, b"third", expect=stale)
        assert await store.get(KEY) == Stored(b"second", tag)

    async def test_put_with_a_tag_where_there_is_no_object_is_a_conflict_and_creates_nothing(
        self, store: Store
    ) -> None:
        """A tag is never that of a missing object."""
        tag = await store.put(KEY, b"first")
        await store.delete(KEY)
        with pytest.raises(Conflict):
            await store.put(KEY, b"second", expect=tag)
        assert await store.get(KEY) is None

    async def test_writes_of_different_bytes_have_different_tags(self, store: Store) -> None:
        """Not even a delete in between makes a tag come back for other bytes."""
        tags = [await store.put(KEY, b"%d" % n) for n in range(5)]
        await store.delete(KEY)
        tags += [await store.put(KEY, b"again %d" % n) for n in range(5)]
        assert len(set(tags)) == 10

    async def test_get_unless_is_unchanged_only_while_the_tag_is_current(self, store: Store) -> None:
        """`unless` saves the transfer of a body that the caller has."""
        stale = await store.put(KEY, b"first")
        assert await store.get(KEY, unless=stale) is UNCHANGED
        tag = await store.put(KEY, b"second")
        assert await store.get(KEY, unless=stale) == Stored(b"second", tag)
        assert await store.get(KEY, unless=tag) is UNCHANGED

    async def test_delete_removes_the_object_if_there_is_one(self, store: Store) -> None:
        """A second unconditional delete is no error."""
        await store.put(KEY, b"body")
        await store.delete(KEY)
        assert await store.get(KEY) is None
        await store.delete(KEY)
        assert await store.get(KEY) is None

    async def test_objects_do_not_touch_each_other(self, store: Store) -> None:
        """A call changes the object under its own key and no other."""
        tags = {key: await store.put(key, key.encode()) for key in ("a/b", "a/bc", "a/b.c", "ab")}
        await store.delete("a/bc")
        del tags["a/bc"]
        tags["ab"] = await store.put("ab", b"changed", expect=tags["ab"])
        assert await store.get("a/b") == Stored(b"a/b", tags["a/b"])
        assert await store.get("a/b.c") == Stored(b"a/b.c", tags["a/b.c"])

    async def test_compaction_ends_and_keeps_every_object(self, store: Store) -> None:
        """`capabilities.compact`, where there is one, comes to 0 and takes only what was deleted."""
        tag = await store.put(KEY, b"kept")
        for n in range(20):
            await store.put(f"state/me/gone-{n}", bytes(20_000))
            await store.delete(f"state/me/gone-{n}")
        compact = store.capabilities.compact
        for _ in range(1000):
            if compact is None or not compact():
                break
        else:
            pytest.fail("compact() never returned 0")
        assert await store.get(KEY) == Stored(b"kept", tag)
