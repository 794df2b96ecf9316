"""What `Store` promises, asked of every store."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.storage.protocol import ABSENT, UNCHANGED, Conflict, Store, Stored, Tag

KEY = "state/me/one"
WRITERS = 4  # SeaweedFS takes 200 ms over a conflict

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
    "state/" + "/".join(["x" * 250] * 3),
]


def test_a_missing_object_is_none(store: Store) -> None:
    assert store.get(KEY) is None
    assert store.get(KEY, unless=Tag("any")) is None


def test_what_was_put_is_got_with_the_tag_that_put_returned(store: Store) -> None:
    tag = store.put(KEY, b"body")
    assert store.get(KEY) == Stored(b"body", tag)


@pytest.mark.parametrize("body", [b"", bytes(range(256)), b"\xff" * 2**20], ids=["empty", "all bytes", "1 MB"])
def test_a_body_comes_back_unchanged(store: Store, body: bytes) -> None:
    store.put(KEY, b"something else")
    tag = store.put(KEY, body)
    assert store.get(KEY) == Stored(body, tag)


def test_an_odd_key_is_a_key_like_any_other(store: Store) -> None:
    tags = {key: store.put(key, key.encode(), expect=ABSENT) for key in ODD_KEYS}
    assert {entry.key for entry in store.list("state/")} == set(ODD_KEYS)
    for key, tag in tags.items():
        assert store.get(key) == Stored(key.encode(), tag)
        assert [entry.key for entry in store.list(key)] == [key]
        assert store.delete(key, expect=tag)
        assert store.get(key) is None


def test_an_unconditional_put_writes_whatever_stands_there(store: Store) -> None:
    store.put(KEY, b"first")
    tag = store.put(KEY, b"second")
    assert store.get(KEY) == Stored(b"second", tag)


def test_put_absent_creates_once(store: Store) -> None:
    tag = store.put(KEY, b"first", expect=ABSENT)
    with pytest.raises(Conflict):
        store.put(KEY, b"second", expect=ABSENT)
    assert store.get(KEY) == Stored(b"first", tag)


def test_put_absent_creates_again_after_a_delete(store: Store) -> None:
    store.put(KEY, b"first", expect=ABSENT)
    store.delete(KEY)
    tag = store.put(KEY, b"second", expect=ABSENT)
    assert store.get(KEY) == Stored(b"second", tag)


def test_put_with_the_current_tag_replaces_the_object(store: Store) -> None:
    tag = store.put(KEY, b"first")
    for body in (b"second", b"third", b""):
        tag = store.put(KEY, body, expect=tag)
        assert store.get(KEY) == Stored(body, tag)


def test_put_with_a_stale_tag_is_a_conflict_and_writes_nothing(store: Store) -> None:
    stale = store.put(KEY, b"first")
    tag = store.put(KEY, b"second", expect=stale)
    with pytest.raises(Conflict):
        store.put(KEY, b"third", expect=stale)
    assert store.get(KEY) == Stored(b"second", tag)


def test_put_with_a_tag_where_nothing_stands_is_a_conflict_and_creates_nothing(store: Store) -> None:
    tag = store.put(KEY, b"first")
    store.delete(KEY)
    with pytest.raises(Conflict):
        store.put(KEY, b"second", expect=tag)
    assert store.get(KEY) is None


def test_writes_of_different_bytes_have_different_tags(store: Store) -> None:
    tags = [store.put(KEY, b"%d" % n) for n in range(5)]
    store.delete(KEY)
    tags += [store.put(KEY, b"again %d" % n) for n in range(5)]
    assert len(set(tags)) == 10


def test_get_unless_says_unchanged_only_while_the_tag_is_current(store: Store) -> None:
    stale = store.put(KEY, b"first")
    assert store.get(KEY, unless=stale) is UNCHANGED
    tag = store.put(KEY, b"second")
    assert store.get(KEY, unless=stale) == Stored(b"second", tag)
    assert store.get(KEY, unless=tag) is UNCHANGED


def test_delete_removes_the_object_and_tells_whether_there_was_one(store: Store) -> None:
    store.put(KEY, b"body")
    assert store.delete(KEY) is True
    assert store.get(KEY) is None
    assert store.delete(KEY) is False


def test_delete_with_the_current_tag_removes_the_object(store: Store) -> None:
    tag = store.put(KEY, b"body")
    assert store.delete(KEY, expect=tag) is True
    assert store.get(KEY) is None


def test_delete_with_a_stale_tag_is_a_conflict_and_removes_nothing(store: Store) -> None:
    stale = store.put(KEY, b"first")
    tag = store.put(KEY, b"second")
    with pytest.raises(Conflict):
        store.delete(KEY, expect=stale)
    assert store.get(KEY) == Stored(b"second", tag)


def test_delete_with_a_tag_where_nothing_stands_is_a_conflict(store: Store) -> None:
    tag = store.put(KEY, b"body")
    store.delete(KEY)
    with pytest.raises(Conflict):
        store.delete(KEY, expect=tag)


def test_objects_do_not_touch_each_other(store: Store) -> None:
    tags = {key: store.put(key, key.encode()) for key in ("a/b", "a/bc", "a/b.c", "ab")}
    store.delete("a/bc", expect=tags.pop("a/bc"))
    tags["ab"] = store.put("ab", b"changed", expect=tags["ab"])
    assert store.get("a/b") == Stored(b"a/b", tags["a/b"])
    assert store.get("a/b.c") == Stored(b"a/b.c", tags["a/b.c"])


def test_a_list_of_nothing_is_empty(store: Store) -> None:
    store.put("state/me/one", b"")
    assert list(store.list("state/you/")) == []


def test_a_list_tells_size_and_time(store: Store) -> None:
    store.put("state/me/one", b"12345")
    store.put("state/me/two", b"")
    one, two = store.list("state/me/")
    assert (one.key, one.size) == ("state/me/one", 5)
    assert (two.key, two.size) == ("state/me/two", 0)
    assert abs(one.written - time.time()) < 3600


def test_a_list_follows_the_bytes_of_the_keys_over_many_pages(store: Store) -> None:
    names = ["a", "B", "_", "-", "é", "環", "🙂", "10", "9", "a b", "a%", "aa", "a.b"]
    for name in names:
        store.put(f"state/me/{name}", b"")
    listed = [entry.key.removeprefix("state/me/") for entry in store.list("state/me/")]
    assert listed == sorted(names, key=str.encode)


def test_a_list_ends_rightly_wherever_its_last_page_does(store: Store) -> None:
    keys = [f"state/me/{n}" for n in range(8)]
    for end, key in enumerate(keys, start=1):
        store.put(key, b"")
        assert [entry.key for entry in store.list("state/me/")] == keys[:end]


def test_a_list_holds_every_key_once_when_folders_and_objects_share_names(store: Store) -> None:
    keys = ["s/a", "s/a/b", "s/a/b/c", "s/a-b", "s/a-b/c", "s/a/c", "s/a.b", "s/b/a", "s/b/b"]
    for key in keys:
        store.put(key, b"")
    listed = [entry.key for entry in store.list("s/")]
    assert sorted(listed) == sorted(keys)


def test_a_prefix_may_end_within_a_segment(store: Store) -> None:
    for key in ("state/me/1", "state/me2/1", "state/you/1"):
        store.put(key, b"")
    assert [entry.key for entry in store.list("state/me/")] == ["state/me/1"]
    assert {entry.key for entry in store.list("state/me")} == {"state/me/1", "state/me2/1"}
    assert len(list(store.list(""))) == 3


def test_a_prefix_has_no_wildcards_and_knows_case(store: Store) -> None:
    prefixes = ["s/a%", "s/a_", "s/a*", "s/a?", "s/A", "s/é", "s/\U0010ffff"]
    for key in ("s/aXb", "s/a", "s/e", "s/ê", "t", *(prefix + "b" for prefix in prefixes)):
        store.put(key, b"")
    for prefix in prefixes:
        assert [entry.key for entry in store.list(prefix)] == [prefix + "b"]


def test_objects_may_be_deleted_while_they_are_listed(store: Store) -> None:
    keys = [f"state/me/{n}" for n in range(8)]
    for key in keys:
        store.put(key, b"")
    seen = []
    for entry in store.list("state/me/"):
        store.delete(entry.key)
        seen.append(entry.key)
    assert seen == keys
    assert list(store.list("state/me/")) == []


def test_of_many_writers_with_one_tag_exactly_one_wins(atomic_store: Store) -> None:
    with ThreadPoolExecutor(WRITERS) as pool:
        for turn in range(5):
            expect = atomic_store.put(KEY, b"turn %d" % turn)

            def write(writer: int, turn: int = turn, expect: Tag = expect) -> Tag | None:
                try:
                    return atomic_store.put(KEY, b"turn %d, writer %d" % (turn, writer), expect)
                except Conflict:
                    return None

            tags = list(pool.map(write, range(WRITERS)))
            ((winner, tag),) = [(writer, tag) for writer, tag in enumerate(tags) if tag]
            assert atomic_store.get(KEY) == Stored(b"turn %d, writer %d" % (turn, winner), tag)


def test_of_many_creators_and_of_many_deleters_exactly_one_wins(atomic_store: Store) -> None:
    def create(writer: int) -> Tag | None:
        try:
            return atomic_store.put(KEY, b"writer %d" % writer, ABSENT)
        except Conflict:
            return None

    def delete(tag: Tag) -> bool:
        try:
            return atomic_store.delete(KEY, tag)
        except Conflict:
            return False

    with ThreadPoolExecutor(WRITERS) as pool:
        for _ in range(5):
            (tag,) = filter(None, pool.map(create, range(WRITERS)))
            assert sum(pool.map(delete, [tag] * WRITERS)) == 1


def test_no_increment_of_many_writers_is_lost(atomic_store: Store) -> None:
    def increment(_: int) -> None:
        while True:
            stored = atomic_store.get(KEY)
            assert isinstance(stored, Stored)
            try:
                atomic_store.put(KEY, b"%d" % (int(stored.body) + 1), stored.tag)
            except Conflict:
                continue
            return

    atomic_store.put(KEY, b"0")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(increment, range(40)))
    stored = atomic_store.get(KEY)
    assert isinstance(stored, Stored)
    assert stored.body == b"40"
