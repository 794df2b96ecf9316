"""`If-Match` and `Idempotency-Key` are read exactly, or refused."""

import pytest

from shared.errors import InvalidValue
from shared.web.protocol.conditions import keyed_of, revisions_of


@pytest.mark.parametrize(
    ("sent", "revisions"),
    [
        (b'"17"', {17}),
        (b' "0" ', {0}),
        (b'W/"17"', {17}),
        (b'"17-gzip"', {17}),
        (b'"17;br"', {17}),
        (b'"1", W/"2",, "3"', {1, 2, 3}),
        (b'"1","1"', {1}),
    ],
)
def test_etags_name_their_revisions_weak_ones_and_lists_too(sent: bytes, revisions: set[int]) -> None:
    assert revisions_of(sent) == frozenset(revisions)


@pytest.mark.parametrize("sent", [b"*", b" * "])
def test_a_star_names_any_revision(sent: bytes) -> None:
    assert revisions_of(sent) is None


@pytest.mark.parametrize(
    "sent",
    [b"", b",", b"17", b'w/"17"', b'"-1"', b'"1" "2"', b'"1", *', b'"' + b"1" * 19 + b'"', b'"x"', b'"1-x"'],
)
def test_what_is_no_etag_of_an_instance_is_refused(sent: bytes) -> None:
    with pytest.raises(InvalidValue, match="If-Match"):
        revisions_of(sent)


@pytest.mark.parametrize("length", [0, 256])
def test_a_key_that_is_empty_or_too_long_is_refused(length: int) -> None:
    with pytest.raises(InvalidValue, match=f"has {length} characters"):
        keyed_of("ann", b"k" * length)


def test_a_key_is_its_owners_and_stands_for_all_that_it_was_sent_with() -> None:
    keyed = keyed_of("ann", b"k", b"POST", b"/a", b"{}")
    assert keyed == keyed_of("ann", b"k", b"POST", b"/a", b"{}")
    assert keyed.key != keyed_of("bob", b"k", b"POST", b"/a", b"{}").key
    for other in (
        (b"DELETE", b"/a", b"{}"),
        (b"POST", b"/b", b"{}"),
        (b"POST", b"/a", b"{ }"),
        (b"POST/a", b"{}"),
    ):
        different = keyed_of("ann", b"k", *other)
        assert (different.key, different.body != keyed.body) == (keyed.key, True)
