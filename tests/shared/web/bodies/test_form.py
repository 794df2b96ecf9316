"""A body that is read without pydantic is the body that pydantic reads."""

import json
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidRequest
from shared.web.bodies.form import BodyForm
from shared.web.protocol.encoding import parse_body
from shared.wire.messages.step import StepBody

FORM = BodyForm(StepBody)
PACKED = {b"content-type": b"application/msgpack"}

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside),
)
_SPACES = st.sampled_from(["", " ", "\n\t"])

READ_ALIKE = [
    *('{"action": -0}', '{"action": -0.0}', '{"action": 18446744073709551616}', '{"action": 1E5}'),
    *('{"action": 5e-324}', '{"action": 1e-400}', '{"action": 1e400}', '{"action": NaN}', '{"action": -Infinity}'),
    *('{"action": 1, "action": 2}', '{"action": {"a": 1, "a": 2}}', '{"acti\\u006fn": 1}', '{"action": null}'),
    *('{"action": "\\ud83d\\ude00"}', '{"action": "\\u0000"}', '{"action": 1, "more": NaN}'),
    *('{"action": %s}' % ("1" * 400 + ".5"), '{"action": %s}' % ("1" * 400)),
    *('{"action": %s}' % ("[" * 150 + "]" * 150), '{"action": %s}' % ("[" + "[1]," * 300 + "1]")),
]
REFUSED_ALIKE = [
    *(b"{}", b"1", b"[1]", b'{"action": 1}x', b'{"action": 01}', b'{"action": 1.}', b'{"action"'),
    *(b'{"action": "\xff"}', b'{"action": "\xed\xa0\x80"}', b'{"action": "\\ud800"}', b'{"action": "a\nb"}'),
    *(b'{"action": {"\xff": 1}}', b'{"action": 1, "more": "\xff"}', b'{"action": 1, "\xff": 2}'),
    *(b'{"action": 1, "more": "\\q"}', b'{"action": %s}' % (b"1" * 5000)),
    *(b'{"action": %s}' % (b"[" * 250 + b"]" * 250), b'{"action": 1, "more": %s}' % (b"[" * 250 + b"]" * 250)),
]


def _check_json(text: bytes) -> None:
    read, checked = parse_body(FORM, text, {}).action, FORM.validator.from_json(text).action
    assert (repr(read), type(read)) == (repr(checked), type(checked))


@pytest.mark.parametrize("text", READ_ALIKE)
def test_a_body_is_what_pydantic_reads(text: str) -> None:
    _check_json(text.encode())


@given(value=_VALUES, space=_SPACES, more=st.dictionaries(st.text(), _VALUES, max_size=1))
def test_any_body_is_what_pydantic_reads(value: Any, space: str, more: dict[str, Any]) -> None:
    written = json.dumps({**more, "action": value}, separators=(f"{space},", f":{space}"))
    _check_json(f"{space}{written}{space}".encode())


@pytest.mark.parametrize("text", REFUSED_ALIKE)
def test_what_is_not_of_the_form_is_refused_in_pydantics_words(text: bytes) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_body(FORM, text, {})
    with pytest.raises(InvalidRequest) as expected:
        FORM.validator.from_json(text)
    assert (refused.value.detail, refused.value.evidence) == (expected.value.detail, expected.value.evidence)


@pytest.mark.parametrize("action", [1, [0.5, None], {"dtype": "int8", "shape": [1], "data": b"\0"}])
@pytest.mark.parametrize("more", [{}, {"more": [1]}])
def test_a_packed_body_is_what_pydantic_reads(action: Any, more: dict[str, Any]) -> None:
    sent = {"action": action, **more}
    assert parse_body(FORM, msgspec.msgpack.encode(sent), PACKED).action == action
    assert FORM.validator.from_python(sent).action is action


@pytest.mark.parametrize("sent", [{}, None, {"more": 1}])
def test_a_packed_body_without_its_member_is_refused_in_pydantics_words(sent: Any) -> None:
    with pytest.raises(InvalidRequest, match=r"body\.action: Field required"):
        parse_body(FORM, msgspec.msgpack.encode(sent), PACKED)


def test_a_dataclass_has_no_member_that_is_to_be_checked() -> None:
    @dataclass
    class Checked:
        number: int

    with pytest.raises(TypeError, match="number"):
        BodyForm(Checked)


def test_pydantic_is_asked_only_for_what_msgspec_leaves_to_it() -> None:
    form = BodyForm(StepBody)
    assert parse_body(form, b'{"action": [0.5]}', {}).action == [0.5]
    assert parse_body(form, msgspec.msgpack.encode({"action": [0.5]}), PACKED).action == [0.5]
    assert "validator" not in vars(form)
    assert parse_body(form, '{"action": "ä"}'.encode(), {}).action == "ä"
    assert "validator" in vars(form)
