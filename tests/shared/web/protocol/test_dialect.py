"""An instance's id in a path has its dialect's form, so that no key of the store is made of anything else."""

import pytest

from shared.legacy.dialect import LEGACY
from shared.web.protocol.dialect import UUID, V1

INSTANCE = "5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11"


def test_a_uuid_in_lower_case_is_an_id_of_v1_as_it_is() -> None:
    assert V1.id_pattern.fullmatch(INSTANCE)
    assert V1.id_suffix == ""


@pytest.mark.parametrize(
    "part", ["", "..", INSTANCE.upper(), INSTANCE + "/x", INSTANCE[:-1], "%2e%2e", INSTANCE + "\n"]
)
def test_nothing_else_is(part: str) -> None:
    assert not V1.id_pattern.fullmatch(part)


def test_an_id_of_the_predecessor_is_the_beginning_of_one_of_v1() -> None:
    assert LEGACY.id_pattern.fullmatch("3c657dbc")
    assert UUID.fullmatch("3c657dbc" + LEGACY.id_suffix)
    assert not LEGACY.id_pattern.fullmatch(INSTANCE)
