"""A header finds its recent calls, states its revision, and is read by servers that know more or fewer fields."""

import msgspec
import pytest

from shared.errors import StaleRevision
from shared.session.stored.header import CALL_ID_BYTES, RECENT_CALLS, Header, check_revision, revision_made
from shared.session.stored.reference import Reference
from tests.shared.session.stored.test_envelope import HEADER


def test_a_call_is_found_with_the_revision_that_it_made() -> None:
    assert revision_made(HEADER, b"87654321") == 7
    assert revision_made(HEADER, b"12345678") == 6


def test_a_call_is_not_found_across_two_others() -> None:
    """The bytes of the id are there, but half of them belong to each of two calls."""
    assert revision_made(HEADER, b"56788765") is None


def test_the_oldest_of_the_recent_calls_is_found() -> None:
    ids = [number.to_bytes(CALL_ID_BYTES, "big") for number in range(RECENT_CALLS)]
    header = msgspec.structs.replace(HEADER, revision=100, recent=b"".join(ids))
    assert [revision_made(header, each) for each in ids] == [*range(101 - RECENT_CALLS, 101)]


def test_a_call_conditional_on_another_revision_is_refused_with_the_current_one() -> None:
    check_revision(HEADER, None)
    check_revision(HEADER, 7)
    for expected in (6, 8, 0):
        with pytest.raises(StaleRevision, match=f"at revision 7, not {expected}") as raised:
            check_revision(HEADER, expected)
        assert raised.value.evidence["revision"] == 7


def test_a_call_conditional_on_several_revisions_needs_one_of_them() -> None:
    check_revision(HEADER, frozenset((6, 7)))
    with pytest.raises(StaleRevision, match="at revision 7, not 5 or 6"):
        check_revision(HEADER, frozenset((6, 5)))


def test_a_header_names_the_instance_or_the_checkpoint() -> None:
    assert HEADER.reference == Reference(HEADER.owner, HEADER.instance_id)
    checkpoint = msgspec.structs.replace(HEADER, checkpoint_id="c")
    assert checkpoint.reference == Reference(HEADER.owner, HEADER.instance_id, "c")


def test_a_field_that_a_newer_release_appended_is_skipped() -> None:
    """So that old and new servers work on one store while an upgrade is rolled out."""
    fields = msgspec.msgpack.decode(msgspec.msgpack.encode(HEADER))
    newer = msgspec.msgpack.encode([*fields, {"what": "is not known here"}, 3])
    assert msgspec.msgpack.decode(newer, type=Header) == HEADER


def test_a_field_that_an_older_release_did_not_have_is_its_default() -> None:
    fields = msgspec.msgpack.decode(msgspec.msgpack.encode(HEADER))
    older = msgspec.msgpack.encode(fields[: Header.__struct_fields__.index("keyed")])
    assert msgspec.msgpack.decode(older, type=Header) == msgspec.structs.replace(HEADER, keyed=())
