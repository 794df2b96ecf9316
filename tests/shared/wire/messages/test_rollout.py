"""A rollout is told its actions, or how to draw them."""

from typing import Any

import pytest

from shared.wire.messages.rollout import RolloutBody
from tests.shared.wire.messages.refusals import errors


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"actions": [1], "policy": "random", "steps": 1},
        {"policy": "random"},
        {"steps": 3},
        {"actions": [1], "steps": 1},
    ],
)
def test_a_rollout_has_one_source_of_actions(body: dict[str, Any]) -> None:
    assert "either actions, or policy and steps" in errors(RolloutBody, **body)


def test_a_rollout_takes_actions_or_a_policy() -> None:
    assert RolloutBody.model_validate({"actions": [0, 1]}).policy is None
    assert RolloutBody.model_validate({"policy": "random", "steps": 3.0}).steps == 3
