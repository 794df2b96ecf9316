"""A step has an action, whatever that is."""

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.wire.messages.step import StepBody

BODY = TypeAdapter(StepBody)


def test_keys_without_a_name_are_ignored() -> None:
    """As gymnasium-http-api does."""
    assert BODY.validate_python({"action": 1, "more": 2}).action == 1


def test_an_action_may_be_null_and_must_be_there() -> None:
    assert BODY.validate_python({"action": None}).action is None
    with pytest.raises(ValidationError, match="action"):
        BODY.validate_python({})


def test_the_document_says_what_an_action_is() -> None:
    described = BODY.json_schema()["properties"]["action"]
    assert described["description"] == "A member of the action space, as JSON."
    assert described["examples"][1:] == [[0.5], {"arm": [0, 1]}]
