"""The types are those of the descriptions that are made, for every space and nothing besides."""

from typing import Any

import gymnasium
import pytest
from hypothesis import given, settings
from pydantic import TypeAdapter, ValidationError

from shared.wire.spaces.description import describe
from shared.wire.spaces.schemas import SpaceReply
from tests.shared.wire.strategies import any_space

ADAPTER: TypeAdapter[Any] = TypeAdapter(SpaceReply)


@settings(deadline=None)
@given(any_space)
def test_a_description_is_of_its_type_and_loses_no_key(space: gymnasium.Space[Any]) -> None:
    described = describe(space)
    assert ADAPTER.validate_python(described) == described


def test_a_space_outside_gymnasium_goes_under_its_own_name() -> None:
    described = {"name": "Other", "shape": None, "dtype": None}
    assert ADAPTER.validate_python(described) == described


def test_a_space_without_a_name_is_none() -> None:
    with pytest.raises(ValidationError):
        ADAPTER.validate_python({"shape": [2], "dtype": "float32"})
