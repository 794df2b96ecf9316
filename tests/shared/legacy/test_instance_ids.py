"""Eight digits name an instance, and their UUID names it in `/v1`."""

import uuid

import pytest

from shared.errors import InstanceNotFound
from shared.legacy.instance_ids import full_id, short_id
from shared.web.protocol.dialect import UUID


def test_the_full_id_is_a_uuid4_that_v1_takes() -> None:
    assert uuid.UUID(full_id("3c657dbc")).version == 4
    assert UUID.fullmatch(full_id("3c657dbc"))


def test_the_short_id_leads_back() -> None:
    assert short_id(full_id("3c657dbc")) == "3c657dbc"


def test_an_instance_of_v1_has_no_short_id() -> None:
    assert short_id(str(uuid.uuid4())) is None


@pytest.mark.parametrize("given", ["", "3c657db", "3c657dbcc", "3C657DBC", "3c657db/", "../../..", "3c657dbc\n"])
def test_anything_but_eight_digits_names_no_instance(given: str) -> None:
    with pytest.raises(InstanceNotFound):
        full_id(given)
