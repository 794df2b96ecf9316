"""Bodies are read in the form that they name, and written in the one that was asked for."""

import gzip
import json

import msgspec
import numpy as np
import pytest
from pydantic import BaseModel

from shared.errors import InvalidRequest, ReplyTooLarge
from shared.web.bodies.form import BodyForm
from shared.web.protocol.encoding import GZIP_FROM_BYTES, as_utf8, parse_body
from shared.web.protocol.negotiation import encoding_for


class Body(BaseModel):
    number: int = 5


FORM = BodyForm(Body)
MSGPACK = {b"content-type": b"application/msgpack; x=y"}


@pytest.mark.parametrize("headers", [{}, {b"content-type": b"text/plain"}, {b"content-type": b"application/json"}])
def test_a_body_of_any_other_type_is_read_as_json(headers: dict[bytes, bytes]) -> None:
    assert parse_body(FORM, b'{"number": 3}', headers) == Body(number=3)


def test_a_body_in_msgpack_is_read_as_its_type_says() -> None:
    assert parse_body(FORM, msgspec.msgpack.encode({"number": 3}), MSGPACK) == Body(number=3)


@pytest.mark.parametrize(
    ("raw", "headers"),
    [(b"", {}), (b" null ", {}), (b"{}", {}), (b"", MSGPACK), (msgspec.msgpack.encode(None), MSGPACK)],
)
def test_nothing_and_null_are_an_object_without_members(raw: bytes, headers: dict[bytes, bytes]) -> None:
    assert parse_body(FORM, raw, headers) == Body(number=5)


@pytest.mark.parametrize(
    ("raw", "headers"), [(b"{", {}), (b'{"number": "x"}', {}), (b"\xc1", MSGPACK), (b"[]", {}), (b"\xc0\xc0", {})]
)
def test_a_body_that_is_not_of_its_form_is_refused(raw: bytes, headers: dict[bytes, bytes]) -> None:
    with pytest.raises(InvalidRequest):
        parse_body(FORM, raw, headers)


def test_only_a_body_that_fills_more_than_the_first_window_is_compressed() -> None:
    encoding = encoding_for(b"", b"gzip", b"")
    short, long = encoding("x" * 100), encoding("x" * GZIP_FROM_BYTES)
    assert short.content == b'"' + b"x" * 100 + b'"'
    assert json.loads(gzip.decompress(long.content)) == "x" * GZIP_FROM_BYTES
    assert (b"content-encoding", b"gzip") in long.head
    assert (b"content-encoding", b"gzip") not in short.head


def test_every_reply_says_what_it_is_and_what_that_depends_on() -> None:
    head = dict(encoding_for(b"application/msgpack", b"", b"")([1]).head)
    assert head == {b"content-type": b"application/msgpack", b"vary": b"Accept, Accept-Encoding"}


def test_an_array_is_lists_or_typed_as_was_asked_for() -> None:
    array = np.array([1, 2], np.int8)
    assert encoding_for(b"", b"", b"")(array).content == b"[1,2]"
    typed = {"dtype": "int8", "shape": [2], "data": "AQI="}
    assert json.loads(encoding_for(b"", b"", b"arrays=base64")(array).content) == typed
    packed = msgspec.msgpack.decode(encoding_for(b"application/msgpack", b"", b"")(array).content)
    assert packed == {**typed, "data": b"\x01\x02"}


def test_a_reply_longer_than_lambda_carries_is_refused_there_alone() -> None:
    from msgspec.structs import replace

    encoding = encoding_for(b"", b"", b"")
    reply = "x" * 7_000_000
    assert len(encoding(reply).content) == 7_000_002
    with pytest.raises(ReplyTooLarge):
        replace(encoding, by_lambda=True)(reply)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
@pytest.mark.parametrize("text", ['{"env_id": "CartPole-v1"}', '{"ä": "🎲"}', "5", ""])
def test_json_in_every_encoding_of_unicode_is_read(encoding: str, text: str) -> None:
    assert as_utf8(text.encode(encoding)) == text.encode()


@pytest.mark.parametrize("raw", [b"\xff\xfe{", b"{\0x\0y", "\ud800".encode("utf-16", "surrogatepass")])
def test_what_only_begins_in_an_encoding_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidRequest, match="UTF-16"):
        as_utf8(raw)
