"""A step read in one look is the step that is read in two; any other message is left."""

import json
import math
from typing import Any

import msgpack
import pytest

from shared.web.bodies.form import BodyForm
from shared.web.protocol.encoding import parse_body
from shared.web.sessions.forms import Envelope, Form, Json, MessagePack
from shared.web.sessions.quick_step import Stepping, reading_of
from shared.wire.messages.step import StepBody

_BODY = BodyForm(StepBody)
_JSON, _PACKED = Json(), MessagePack()
_ENVELOPES: list[dict[str, Any]] = [
    {"id": 1, "call": "step"},
    {"call": "step", "id": 2**53 - 1, "key": "ä", "if_match": 7, "ack": 0, "chain": True},
]
_ACTIONS = ["1", "0", "-0", "1.0", "-1.5e-3", " [ 0.5 , 1 ] ", "[]", "18446744073709551615", "1e308", "true"]


@pytest.mark.parametrize("action", _ACTIONS)
@pytest.mark.parametrize("envelope", _ENVELOPES)
def test_a_step_is_read_as_any_message_is_read(envelope: dict[str, Any], action: str) -> None:
    text = json.dumps(envelope)[:-1] + f', "action": {action}}}'
    _check(_JSON, text)
    _check(_PACKED, msgpack.packb({**envelope, "action": json.loads(action)}))


def _check(form: Form, message: str | bytes) -> None:
    found, read = reading_of(form)(message), form.read(message)
    body = form.body(read.members)
    if found is None:  # left to the other way
        assert isinstance(_value(form, body), bool)
        return
    assert isinstance(found, Stepping)
    fields = Envelope.__struct_fields__
    assert [getattr(found.envelope, name) for name in fields] == [getattr(read.envelope, name) for name in fields]
    assert found.body == body
    action, value = found.action, _value(form, body)
    assert (repr(action), type(action)) == (repr(value), type(value))


def _value(form: Form, body: bytes) -> Any:
    return parse_body(_BODY, body, form.headers).action


@pytest.mark.parametrize(
    "message",
    [
        *('{"id": 1, "call": "step"}', '{"id": 1, "call": "reset", "action": 1}', '{"call": "step", "action": 1}'),
        *('{"id": 1, "call": "step", "action": "left"}', '{"id": 1, "call": "step", "action": null}'),
        '{"id": 1, "call": "step", "action": {"arm": 1}}',
        '{"id": 1, "call": "step", "action": [[1]]}',
        '{"id": 1, "call": "step", "action": NaN}',
        '{"id": 1, "call": "step", "action": 1e999}',
        '{"id": 1, "call": "step", "action": 1, "other": 2}',
        '{"id": -1, "call": "step", "action": 1}',
        *("", "[1]", "{", "[" * 100_000),
    ],
)
def test_what_is_not_such_a_step_is_left(message: str) -> None:
    assert reading_of(_JSON)(message) is None
    assert reading_of(_JSON)(message.encode()) is None, "bytes are no JSON"
    assert reading_of(_PACKED)(message) is None, "text is no MessagePack"
    assert reading_of(_PACKED)(message.encode()) is None
    assert reading_of(_PACKED)(msgpack.packb({"id": 1, "call": "step", "action": [math.nan, "x"]})) is None
