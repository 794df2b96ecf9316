"""A key stands for one request: its first reply is remembered within bounds, and another request is refused."""

import uuid

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import KeyReused, ReplyGone
from shared.session.stored.header import CALL_ID_BYTES, RECENT_CALLS, Header, KeyedCall
from shared.session.stored.idempotency import (
    REPLIES_BYTES,
    Keyed,
    KeyMaker,
    check_same,
    check_unused,
    first_reply,
    remember,
)
from shared.wire.values.detached import pack
from tests.shared.session.stored.test_envelope import HEADER

KEY = Keyed.of("ann", "k", b"body")


def header(*calls: KeyedCall, revision: int = 7) -> Header:
    return msgspec.structs.replace(HEADER, revision=revision, keyed=calls, recent=b"")


def test_a_maker_of_keys_makes_what_each_alone_is() -> None:
    make = KeyMaker("ann", b"POST", b"/path")
    for key, last in (("k", b""), ("another", b"body"), ("k" * 255, b"x" * 1000), ("k", b"")):
        assert make(key, last) == Keyed.of("ann", key, b"POST", b"/path", last)


def test_a_key_is_its_owners_and_a_request_is_all_of_its_parts() -> None:
    same = Keyed.of("ann", "k", b"POST", b"/step", b"1")
    assert Keyed.of("ann", "k", b"POST", b"/step", b"1") == same
    assert Keyed.of("bob", "k", b"POST", b"/step", b"1").key != same.key
    for other in ((b"POST", b"/step", b"2"), (b"POST/step", b"1"), (b"POST", b"/step1", b""), ()):
        assert Keyed.of("ann", "k", *other).key == same.key
        assert Keyed.of("ann", "k", *other).body != same.body


def test_owner_and_key_do_not_run_into_each_other() -> None:
    assert Keyed.of("ann", "ak").key != Keyed.of("anna", "k").key


def test_ids_follow_from_the_key_and_are_uuids_of_version_4() -> None:
    ids = [KEY.instance_id(number) for number in range(50)]
    assert ids == [Keyed.of("ann", "k", b"another").instance_id(number) for number in range(50)]
    assert len(set(ids)) == 50
    assert {uuid.UUID(each).version for each in ids} == {4}


def test_the_parts_of_a_batch_have_keys_of_their_own() -> None:
    parts = [KEY.part(number) for number in range(50)]
    assert len({part.key for part in parts} | {KEY.key}) == 51
    assert {part.body for part in parts} == {KEY.body}


def test_a_repeated_call_gets_the_first_reply_and_its_revision() -> None:
    at = header(KeyedCall(3, KEY.key, KEY.body, pack({"reward": 1.5})), KeyedCall(4, b"other", b"", None))
    assert first_reply(at, KEY) == ({"reward": 1.5}, 3)


def test_a_new_call_has_no_first_reply() -> None:
    at = header(KeyedCall(3, KEY.key, KEY.body, pack(1)))
    assert first_reply(at, None) is None
    assert first_reply(at, Keyed.of("ann", "new", b"body")) is None


def test_a_key_with_another_request_is_refused() -> None:
    at = header(KeyedCall(3, KEY.key, KEY.body, pack(1)))
    with pytest.raises(KeyReused):
        first_reply(at, Keyed.of("ann", "k", b"another"))
    with pytest.raises(KeyReused):
        check_same(KEY.body, Keyed.of("ann", "k", b"another"))
    check_same(KEY.body, KEY)
    check_same(KEY.body, None)


def test_a_reply_that_is_no_longer_stored_is_told_with_its_revision() -> None:
    with pytest.raises(ReplyGone, match="made revision 3") as raised:
        first_reply(header(KeyedCall(3, KEY.key, KEY.body, None)), KEY)
    assert raised.value.evidence["revision"] == 3


def test_a_key_of_another_kind_of_call_is_refused() -> None:
    """A fork is not remembered among an instance's calls, so its key must not be there."""
    at = header(KeyedCall(3, KEY.key, KEY.body, pack(1)))
    with pytest.raises(KeyReused):
        check_unused(at, KEY)
    check_unused(at, None)
    check_unused(at, Keyed.of("ann", "new", b"body"))


def test_without_keys_the_last_call_ids_alone_are_kept() -> None:
    at = header(revision=0)
    for revision in range(1, 50):
        recent, keyed = remember(at, revision, revision.to_bytes(CALL_ID_BYTES, "big"), None, None)
        at = msgspec.structs.replace(at, recent=recent, revision=revision)
        assert keyed == ()
    kept = [at.recent[each : each + CALL_ID_BYTES] for each in range(0, len(at.recent), CALL_ID_BYTES)]
    assert [int.from_bytes(each, "big") for each in kept] == [*range(50 - RECENT_CALLS, 50)]


@given(sizes=st.lists(st.none() | st.integers(0, REPLIES_BYTES * 3 // 2), max_size=80))
def test_the_newest_replies_are_kept_as_far_as_they_fit(sizes: list[int | None]) -> None:
    """None is a call without a key."""
    at = header(revision=0)
    for revision, size in enumerate(sizes, start=1):
        keyed = None if size is None else Keyed.of("ann", str(revision))
        recent, calls = remember(at, revision, b"8 bytes.", keyed, None if size is None else b"x" * size)
        at = msgspec.structs.replace(at, recent=recent, revision=revision, keyed=calls)
    expected = [
        revision
        for revision, size in enumerate(sizes, start=1)
        if size is not None and revision > len(sizes) - RECENT_CALLS
    ]
    assert [call.revision for call in at.keyed] == expected
    replies = [call.reply for call in at.keyed if call.reply is not None]
    assert sum(map(len, replies)) <= REPLIES_BYTES
    last = at.keyed[-1] if at.keyed else None
    size = None if last is None else sizes[last.revision - 1]
    if last is not None and size is not None and size <= REPLIES_BYTES:
        assert last.reply == b"x" * size
