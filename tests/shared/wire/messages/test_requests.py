"""A request's body is taken as it is meant, and refused where it would be rounded or could not be stored."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from shared.wire.messages.requests import CreateBody, ForkBody, ResetBody, RolloutBody, StepBody


def errors(model: type[BaseModel], **body: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        model.model_validate(body)
    return str(refused.value)


@pytest.mark.parametrize(
    ("sent", "seed"),
    [
        (3, 3),
        (3.0, 3),
        (0, 0),
        (2**64 - 1, 2**64 - 1),
        (2**4096 - 1, 2**4096 - 1),
        ("0", 0),
        (str(2**4096 - 1), 2**4096 - 1),
        (None, None),
    ],
)
def test_a_seed_is_an_integer_in_any_form(sent: Any, seed: int | None) -> None:
    """Some languages have only doubles, and MessagePack has no integers over 64 bits."""
    found = ResetBody.model_validate({"seed": sent}).seed
    assert (type(found), found) == (type(seed), seed)


@pytest.mark.parametrize("sent", [-1, 2**4096, 0.5, True, "03", "-3", "3.0", "٣", "9" * 5000, [-1], [True]])
def test_another_seed_is_refused(sent: Any) -> None:
    assert "seed" in errors(ResetBody, seed=sent)


def test_a_vectors_seeds_are_a_list_with_gaps() -> None:
    assert ResetBody.model_validate({"seed": [1, None, 2.0]}).seed == [1, None, 2]
    assert "at most 256" in errors(ResetBody, seed=[1] * 257)


@pytest.mark.parametrize("kwargs", [{"size": 2**63}, {"a": [{"b": -(2**63) - 1}]}])
def test_arguments_that_a_header_cannot_store_are_refused(kwargs: Any) -> None:
    assert "over 64" in errors(CreateBody, env_id="CartPole-v1", kwargs=kwargs)


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


def test_keys_without_a_name_are_ignored() -> None:
    """As gymnasium-http-api does."""
    assert StepBody.model_validate({"action": 1, "more": 2}).action == 1


def test_an_action_may_be_null_and_must_be_there() -> None:
    assert StepBody.model_validate({"action": None}).action is None
    assert "action" in errors(StepBody)


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


@pytest.mark.parametrize("count", [0, 1001, 1.5, True])
def test_a_fork_makes_between_one_and_a_thousand(count: Any) -> None:
    assert "count" in errors(ForkBody, count=count)
    assert ForkBody.model_validate({}).count == 1
