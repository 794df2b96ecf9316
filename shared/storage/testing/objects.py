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

    def test_capabilities_are_constant_and_take_a_body_of_a_megabyte(self, store: Store) -> None:
        """`capabilities` needs no contact and does not change."""
        before = store.capabilities
        store.put(KEY, b"body")
        assert store.capabilities == before
        assert before.max_object_bytes >= 2**20

    def test_a_missing_object_is_none(self, store: Store) -> None:
        """`get` returns None where there is no object, whatever tag it is given."""
        assert store.get(KEY) is None
        assert store.get(KEY, unless=Tag("any")) is None

    def test_what_was_put_is_got_with_the_tag_that_put_returned(self, store: Store) -> None:
        """A write is visible to the next read."""
        tag = store.put(KEY, b"body")
        assert store.get(KEY) == Stored(b"body", tag)

    @pytest.mark.parametrize(
        "body", [b"", bytes(range(256)), b"\xff" * 2**20], ids=["empty", "all bytes", "1 MiB"]
    )
    def test_a_body_comes_back_unchanged(self, store: Store, body: bytes) -> None:
        """Any bytes are a body, an empty one included."""
        store.put(KEY, b"something else")
        tag = store.put(KEY, body)
        assert store.get(KEY) == Stored(body, tag)

    def test_an_odd_key_is_a_key_like_any_other(self, store: Store) -> None:
        """Every character but controls and the backslash is itself in a key, and case counts."""
        tags = {key: store.put(key, key.encode(), expect=ABSENT) for key in ODD_KEYS}
        assert {entry.key for entry in store.list("state/")} == set(ODD_KEYS)
        for key, tag in tags.items():
            assert store.get(key) == Stored(key.encode(), tag)
            assert store.delete(key, expect=tag)
            assert store.get(key) is None

    def test_a_key_may_continue_another(self, store: Store) -> None:
        """`a/b` and `a/b/c` are two objects."""
        tags = {key: store.put(key, key.encode()) for key in ("a/b/c", "a/b", "a/b/c/d")}
        store.delete("a/b", tags.pop("a/b"))
        assert store.get("a/b") is None
        for key, tag in tags.items():
            assert store.get(key) == Stored(key.encode(), tag)

    def test_an_unconditional_put_overwrites(self, store: Store) -> None:
        """`put` without `expect` writes whether or not there is an object."""
        store.put(KEY, b"first")
        tag = store.put(KEY, b"second")
        assert store.get(KEY) == Stored(b"second", tag)

    def test_put_absent_creates_once(self, store: Store) -> None:
        """`ABSENT` conflicts with an object that is there."""
        tag = store.put(KEY, b"first", expect=ABSENT)
        with pytest.raises(Conflict):
            store.put(KEY, b"second", expect=ABSENT)
        assert store.get(KEY) == Stored(b"first", tag)

    def test_put_absent_creates_again_after_a_delete(self, store: Store) -> None:
        """A deleted object is absent."""
        store.put(KEY, b"first", expect=ABSENT)
        store.delete(KEY)
        tag = store.put(KEY, b"second", expect=ABSENT)
        assert store.get(KEY) == Stored(b"second", tag)

    def test_put_with_the_current_tag_replaces_the_object(self, store: Store) -> None:
        """Each write's tag is what the next one expects."""
        tag = store.put(KEY, b"first")
        for body in (b"second", b"third", b""):
            tag = store.put(KEY, body, expect=tag)
            assert store.get(KEY) == Stored(body, tag)

    def test_put_with_a_stale_tag_is_a_conflict_and_writes_nothing(self, store: Store) -> None:
        """A write that another one overtook is not done."""
        stale = store.put(KEY, b"first")
        tag = store.put(KEY, b"second", expect=stale)
        with pytest.raises(Conflict):
            store.put(KEY, b"third", expect=stale)
        assert store.get(KEY) == Stored(b"second", tag)

    def test_put_with_a_tag_where_there_is_no_object_is_a_conflict_and_creates_nothing(self, store: Store) -> None:
        """A tag is never that of a missing object."""
        tag = store.put(KEY, b"first")
        store.delete(KEY)
        with pytest.raises(Conflict):
            store.put(KEY, b"second", expect=tag)
        assert store.get(KEY) is None

    def test_writes_of_different_bytes_have_different_tags(self, store: Store) -> None:
        """Not even a delete in between makes a tag come back for other bytes."""
        tags = [store.put(KEY, b"%d" % n) for n in range(5)]
        store.delete(KEY)
        tags += [store.put(KEY, b"again %d" % n) for n in range(5)]
        assert len(set(tags)) == 10

    def test_get_unless_is_unchanged_only_while_the_tag_is_current(self, store: Store) -> None:
        """`unless` saves the transfer of a body that the caller has."""
        stale = store.put(KEY, b"first")
        assert store.get(KEY, unless=stale) is UNCHANGED
        tag = store.put(KEY, b"second")
        assert store.get(KEY, unless=stale) == Stored(b"second", tag)
        assert store.get(KEY, unless=tag) is UNCHANGED

    def test_delete_removes_the_object_and_says_whether_there_was_one(self, store: Store) -> None:
        """A second unconditional delete is no error."""
        store.put(KEY, b"body")
        assert store.delete(KEY) is True
        assert store.get(KEY) is None
        assert store.delete(KEY) is False

    def test_delete_with_the_current_tag_removes_the_object(self, store: Store) -> None:
        """A conditional delete of the expected version is done."""
        tag = store.put(KEY, b"body")
        assert store.delete(KEY, expect=tag) is True
        assert store.get(KEY) is None

    def test_delete_with_a_stale_tag_is_a_conflict_and_removes_nothing(self, store: Store) -> None:
        """A delete never takes a version that its caller has not seen."""
        stale = store.put(KEY, b"first")
        tag = store.put(KEY, b"second")
        with pytest.raises(Conflict):
            store.delete(KEY, expect=stale)
        assert store.get(KEY) == Stored(b"second", tag)

    def test_delete_with_a_tag_where_there_is_no_object_is_a_conflict(self, store: Store) -> None:
        """A conditional delete that was done before conflicts with itself."""
        tag = store.put(KEY, b"body")
        store.delete(KEY)
        with pytest.raises(Conflict):
            store.delete(KEY, expect=tag)

    def test_objects_do_not_touch_each_other(self, store: Store) -> None:
        """A call changes the object under its own key and no other."""
        tags = {key: store.put(key, key.encode()) for key in ("a/b", "a/bc", "a/b.c", "ab")}
        store.delete("a/bc", expect=tags.pop("a/bc"))
        tags["ab"] = store.put("ab", b"changed", expect=tags["ab"])
        assert store.get("a/b") == Stored(b"a/b", tags["a/b"])
        assert store.get("a/b.c") == Stored(b"a/b.c", tags["a/b.c"])

    def test_compaction_ends_and_keeps_every_object(self, store: Store) -> None:
        """`capabilities.compact`, where there is one, comes to 0 and takes only what was deleted."""
        tag = store.put(KEY, b"kept")
        for n in range(20):
            store.put(f"state/me/gone-{n}", bytes(20_000))
            store.delete(f"state/me/gone-{n}")
        compact = store.capabilities.compact
        for _ in range(1000):
            if compact is None or not compact():
                break
        else:
            pytest.fail("compact() never returned 0")
        assert store.get(KEY) == Stored(b"kept", tag)
