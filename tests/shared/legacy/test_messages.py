"""Bodies are read as openai/gym-http-api's clients in many languages send them."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.legacy.messages import CreateBody, MonitorBody, StepBody

CREATE, STEP, MONITOR = (TypeAdapter[Any](body) for body in (CreateBody, StepBody, MonitorBody))


@pytest.mark.parametrize("missing", [None, "", []])
def test_null_and_empty_values_count_as_missing(missing: object) -> None:
    with pytest.raises(ValidationError):
        STEP.validate_python({"action": missing})
    assert CREATE.validate_python({"env_id": "CartPole-v0", "seed": missing}).seed is None


@pytest.mark.parametrize("action", [0, 0.0, False])
def test_zero_counts_as_given(action: object) -> None:
    assert STEP.validate_python({"action": action}).action == action


@pytest.mark.parametrize("body", [[], "", "text", 3, None])
def test_a_body_that_is_no_object_has_no_parameters(body: object) -> None:
    with pytest.raises(ValidationError, match="env_id"):
        CREATE.validate_python(body)


@pytest.mark.parametrize(
    ("sent", "flag"),
    [
        ("false", False),
        ("F", False),
        ("no", False),
        ("0", False),
        (0, False),
        ("true", True),
        ("1", True),
        (1, True),
    ],
)
def test_a_flag_may_be_a_string(sent: object, flag: bool) -> None:
    assert MONITOR.validate_python({"directory": "/tmp", "resume": sent}).resume is flag


def test_unknown_parameters_are_ignored() -> None:
    assert STEP.validate_python({"action": 1, "unknown": 2}).action == 1
