"""A batch has at most a thousand calls, each the body of its endpoint with an instance and a condition."""

from typing import Any

import pytest
from pydantic import ValidationError

from shared.wire.messages.batches import BatchResetBody, BatchStepBody


def test_a_call_is_the_endpoints_body_with_an_instance() -> None:
    [step] = BatchStepBody.model_validate({"calls": [{"instance_id": "a", "action": [1]}]}).calls
    assert (step.instance_id, step.action, step.if_match) == ("a", [1], None)
    [reset] = BatchResetBody.model_validate({"calls": [{"instance_id": "a", "seed": 3.0, "if_match": 4}]}).calls
    assert (reset.seed, reset.options, reset.if_match) == (3, None, 4)


@pytest.mark.parametrize(
    "call",
    [
        {"action": 1},
        {"instance_id": "a"},
        {"instance_id": "x" * 65, "action": 1},
        {"instance_id": "a", "action": 1, "if_match": -1},
        {"instance_id": "a", "action": 1, "if_match": True},
    ],
)
def test_an_incomplete_or_unbounded_call_is_refused(call: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        BatchStepBody.model_validate({"calls": [call]})


@pytest.mark.parametrize("model", [BatchStepBody, BatchResetBody])
def test_a_thousand_calls_are_the_most(model: Any) -> None:
    call = {"instance_id": "a", "action": 1}
    assert len(model.model_validate({"calls": [call] * 1000}).calls) == 1000
    with pytest.raises(ValidationError, match="at most 1000"):
        model.model_validate({"calls": [call] * 1001})
