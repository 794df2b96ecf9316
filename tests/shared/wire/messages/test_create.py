"""A creation is refused what could not be stored or would be too large."""

from typing import Any

import pytest

from shared.wire.messages.create import CreateBody
from tests.shared.wire.messages.refusals import errors


@pytest.mark.parametrize("kwargs", [{"size": 2**63}, {"a": [{"b": -(2**63) - 1}]}])
def test_arguments_that_a_header_cannot_store_are_refused(kwargs: Any) -> None:
    assert "from -2^63 to 2^63 - 1" in errors(CreateBody, env_id="CartPole-v1", kwargs=kwargs)


def test_arguments_are_nested_no_deeper_than_is_stored() -> None:
    nested: Any = 1
    for _ in range(31):
        nested = [nested]
    assert CreateBody.model_validate({"env_id": "A-v1", "kwargs": {"a": nested}}).kwargs == {"a": nested}
    assert "nested deeper than 32" in errors(CreateBody, env_id="A-v1", kwargs={"a": [[nested]]})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("env_id", "x" * 257),
        ("render_mode", "x" * 65),
        ("wrappers", [{"name": "TimeLimit"}] * 17),
        ("num_envs", 257),
        ("num_envs", 0),
        ("max_episode_steps", -2),
        ("autoreset", "Never"),
    ],
)
def test_every_size_is_bounded(field: str, value: Any) -> None:
    assert field in errors(CreateBody, **{"env_id": "CartPole-v1", field: value})
