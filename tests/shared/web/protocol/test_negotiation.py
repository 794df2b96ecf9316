"""The headers choose the form of a reply, as RFC 9110 weighs them."""

import pytest

from shared.errors import InvalidValue
from shared.web.protocol.negotiation import encoding_for

JSON, MSGPACK = "application/json", "application/msgpack"
EXACT = "application/vnd.gymnasium.v1+msgpack"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (b"", JSON),
        (b"*/*", JSON),
        (b"text/html", JSON),
        (b"application/msgpack", MSGPACK),
        (b"application/x-msgpack", MSGPACK),
        (b"Application/MsgPack; q=0.9, */*; q=0.1", MSGPACK),
        (b"application/msgpack, application/json", JSON),
        (b"application/msgpack;q=0", JSON),
        (b"application/msgpack;q=nonsense", JSON),
        (EXACT.encode(), EXACT),
        (EXACT.encode() + b", application/json;q=0.5", EXACT),
    ],
)
def test_the_form_of_the_greatest_weight_is_chosen_and_json_without_one(accept: bytes, chosen: str) -> None:
    assert encoding_for(accept, b"", b"").media_type == chosen


@pytest.mark.parametrize(
    ("accept_encoding", "gzipped"),
    [(b"", False), (b"gzip", True), (b"br, *", True), (b"gzip;q=0, *", False), (b"identity", False)],
)
def test_large_bodies_are_compressed_for_those_who_take_it(accept_encoding: bytes, gzipped: bool) -> None:
    assert encoding_for(b"", accept_encoding, b"").gzipped is gzipped


def test_only_exact_values_come_back_as_the_environment_gave_them() -> None:
    assert [encoding_for(accept, b"", b"").exact for accept in (b"", MSGPACK.encode(), EXACT.encode())] == [
        False,
        False,
        True,
    ]


def test_the_query_asks_for_typed_arrays_and_nothing_else() -> None:
    assert encoding_for(b"", b"", b"arrays=base64") != encoding_for(b"", b"", b"arrays=lists")
    with pytest.raises(InvalidValue, match='"lists" or "base64"'):
        encoding_for(b"", b"", b"arrays=")


def test_the_same_headers_are_weighed_once() -> None:
    assert encoding_for(b"*/*", b"gzip", b"") is encoding_for(b"*/*", b"gzip", b"")
