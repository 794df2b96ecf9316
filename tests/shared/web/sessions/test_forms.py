"""A message is taken apart without being parsed, and a reply is HTTP's with members before its own."""

import json

import msgspec
import pytest

from shared.codec import exact
from shared.errors import InvalidRequest, InvalidValue
from shared.web.sessions.forms import Form, Json, MessagePack

FORMS = [
    pytest.param(Json(), json.dumps, id="JSON"),
    pytest.param(MessagePack(), msgspec.msgpack.encode, id="MessagePack"),
]


@pytest.mark.parametrize(("form", "write"), FORMS)
def test_the_body_is_that_of_the_same_call_over_http(form: Form, write: "type") -> None:
    body = {"action": [1, 2.5, None], "näme": {"a": "x" * 40}}
    message = form.read(
        write({"id": 3, "call": "step", **body, "key": "k", "ack": 2, "chain": True, "if_match": 9})
    )
    envelope = message.envelope
    assert (envelope.id, envelope.call, envelope.key) == (3, "step", "k")
    assert (envelope.ack, envelope.chain, envelope.if_match) == (2, True, 9)
    compact = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
    if isinstance(form, Json):
        written = '{"id":3,"call":"step",' + compact.decode()[1:]
        assert form.body(form.read(written).members) == compact
    else:
        assert form.body(message.members) == msgspec.msgpack.encode(body)
    assert form.value(message.members["action"]) == [1, 2.5, None]


@pytest.mark.parametrize("count", [0, 1, 13, 14, 15, 16, 70_000])
def test_a_reply_of_any_number_of_members_gets_more_before_them(count: int) -> None:
    reply = {f"m{number}": number for number in range(count)}
    told = {"id": 1, "revision": 2, **reply}
    assert msgspec.msgpack.decode(MessagePack().told({"id": 1, "revision": 2}, exact.encode(reply))) == told
    assert json.loads(Json().told({"id": 1, "revision": 2}, msgspec.json.encode(reply))) == told


@pytest.mark.parametrize("count", [15, 16, 70_000])
def test_a_body_of_any_number_of_members_is_read(count: int) -> None:
    body = {f"m{number}": number for number in range(count)}
    members = MessagePack().read(msgspec.msgpack.encode({"id": 1, "call": "step", **body})).members
    assert MessagePack().body(members) == msgspec.msgpack.encode(body)


def test_what_many_take_for_json_is_read_as_over_http() -> None:
    message = Json().read('{"id": 1, "call": "step", "action": [NaN, -Infinity]}')
    assert Json().body(message.members) == b'{"action":[NaN, -Infinity]}'


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", None),
        ("x", None),
        ("[1]", None),
        ("null", None),
        ("[" * 100_000, None),
        ('{"id": 1, "call": "step", "action": ' + "[" * 100_000, None),
        ('{"id": 1}', 1),
        ('{"call": "step"}', None),
        ('{"id": -1, "call": "step"}', None),
        ('{"id": 1.5, "call": "step"}', None),
        ('{"id": "1", "call": "step"}', None),
        ('{"id": 9007199254740992, "call": "step"}', None),
        ('{"id": 1, "call": 7}', 1),
        ('{"id": 1, "call": "step", "key": ""}', 1),
        ('{"id": 1, "call": "step", "key": "' + "k" * 256 + '"}', 1),
        ('{"id": 1, "call": "step", "if_match": "17"}', 1),
        ('{"id": 1, "call": "step", "ack": true}', 1),
        ('{"id": 1, "call": "step", "chain": 1}', 1),
    ],
)
def test_what_is_no_message_is_refused_with_its_number_where_it_has_one(text: str, number: int | None) -> None:
    with pytest.raises(InvalidRequest):
        Json().read(text)
    assert Json().number(text) == number


@pytest.mark.parametrize(
    "packed",
    [
        *(b"", b"\xff", b"\xc1", b"\x91\x01", msgspec.msgpack.encode({1: 2}), b"\x81\xa1a" + b"\x91" * 100_000),
        b"\x81\xa2id\xa2\xff\xfe",  # text that is not UTF-8
        b"\x81\xa2\xff\xfe\x01",
    ],
)
def test_what_is_no_messagepack_message_is_refused(packed: bytes) -> None:
    with pytest.raises(InvalidRequest):
        MessagePack().read(packed)
    assert MessagePack().number(packed) is None


def test_each_form_refuses_the_others_messages() -> None:
    with pytest.raises(InvalidRequest, match="send text"):
        Json().read(b"\x80")
    with pytest.raises(InvalidRequest, match="send bytes"):
        MessagePack().read("{}")
    assert Json().number(b"\x80") is MessagePack().number("{}") is None


def test_an_unknown_form_of_arrays_is_refused() -> None:
    with pytest.raises(InvalidValue):
        Json("hex")
