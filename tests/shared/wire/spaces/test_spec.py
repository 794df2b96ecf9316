"""A spec's fields go under Gymnasium's names."""

import dataclasses
from typing import Any

import gymnasium
import pytest
from gymnasium.envs.registration import EnvSpec, WrapperSpec
from pydantic import TypeAdapter

from shared.wire.spaces.replies import SpecReply
from shared.wire.spaces.spec import describe_spec


@pytest.mark.parametrize("env_id", ["CartPole-v1", "FrozenLake-v1", "Pendulum-v1"])
def test_a_spec_is_described_by_its_fields(env_id: str) -> None:
    spec = gymnasium.spec(env_id)
    described = describe_spec(spec)
    assert TypeAdapter(SpecReply).validate_python(described) == described
    for name, value in described.items():
        if name != "additional_wrappers":
            assert value == getattr(spec, name)


def test_every_field_that_gymnasium_documents_is_there() -> None:
    fields = {field.name for field in dataclasses.fields(EnvSpec)}
    assert {*describe_spec(gymnasium.spec("CartPole-v1"))} <= fields


def test_an_entry_point_that_is_no_text_is_null() -> None:
    def make(**kwargs: Any) -> Any:
        return None

    described = describe_spec(EnvSpec("Mine-v0", entry_point=make, vector_entry_point="a:B"))
    assert (described["entry_point"], described["vector_entry_point"]) == (None, "a:B")


def test_wrappers_are_told_by_name_entry_point_and_arguments() -> None:
    wrapper = WrapperSpec("TimeAware", "gymnasium.wrappers:TimeAwareObservation", {"flatten": True})
    spec = EnvSpec("Mine-v0", entry_point="a:B", additional_wrappers=(wrapper,))
    assert describe_spec(spec)["additional_wrappers"] == [
        {
            "name": "TimeAware",
            "entry_point": "gymnasium.wrappers:TimeAwareObservation",
            "kwargs": {"flatten": True},
        }
    ]
