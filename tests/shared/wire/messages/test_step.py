"""A step has an action, whatever that is."""

from shared.wire.messages.step import StepBody
from tests.shared.wire.messages.refusals import errors


def test_keys_without_a_name_are_ignored() -> None:
    """As gymnasium-http-api does."""
    assert StepBody.model_validate({"action": 1, "more": 2}).action == 1


def test_an_action_may_be_null_and_must_be_there() -> None:
    assert StepBody.model_validate({"action": None}).action is None
    assert "action" in errors(StepBody)
