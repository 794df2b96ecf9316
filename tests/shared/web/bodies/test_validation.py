"""What is wrong with a body is told in a sentence, and place by place."""

from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.web.bodies.validation import invalid_request, sentence
from shared.wire.messages.reset import ResetBody


class Inner(BaseModel):
    number: int


class Body(BaseModel):
    inner: list[Inner]


def failure(raw: bytes) -> ValidationError:
    form: TypeAdapter[Any] = TypeAdapter(Body)
    with pytest.raises(ValidationError) as raised:
        form.validate_json(raw)
    return raised.value


def test_the_sentence_names_the_place_and_the_value() -> None:
    told = sentence(failure(b'{"inner": [{"number": "x"}]}'))
    assert told.startswith("body.inner.0.number: Input should be a valid integer")
    assert told.endswith("(sent: 'x').")


def test_a_missing_member_has_no_value_to_name() -> None:
    assert sentence(failure(b"{}")) == "body.inner: Field required."


def test_a_long_value_is_cut_short() -> None:
    assert len(sentence(failure(b'{"inner": "' + b"x" * 10_000 + b'"}'))) < 200


def test_every_place_is_listed_up_to_twenty() -> None:
    few = invalid_request(failure(b'{"inner": [{}, {"number": []}]}')).evidence["errors"]
    assert [place["loc"] for place in few] == [["body", "inner", 0, "number"], ["body", "inner", 1, "number"]]
    many = invalid_request(failure(b'{"inner": [' + b",".join([b"{}"] * 50) + b"]}")).evidence["errors"]
    assert len(many) == 20


def test_the_place_and_the_words_are_the_clients_and_not_pydantics() -> None:
    form: TypeAdapter[Any] = TypeAdapter(ResetBody)
    for sent, words in ((b"-1", "greater than or equal to 0 (sent: -1)."), (b'"abc"', "'abc' is not an integer")):
        with pytest.raises(ValidationError) as raised:
            form.validate_json(b'{"seed": ' + sent + b"}")
        assert sentence(raised.value).startswith("body.seed: ")
        assert words in sentence(raised.value)
        assert "Value error" not in sentence(raised.value)
        assert {tuple(each["loc"]) for each in invalid_request(raised.value).evidence["errors"]} == {
            ("body", "seed")
        }
