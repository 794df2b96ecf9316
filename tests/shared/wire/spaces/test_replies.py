"""The declared specs and catalogue entries are those that the service sends, field by field."""

import gymnasium
from pydantic import TypeAdapter

from shared.session.catalog.catalog import described
from shared.wire.spaces.replies import CatalogEntry, SpecReply
from shared.wire.spaces.spec import describe_spec


def test_a_spec_has_exactly_the_declared_fields() -> None:
    spec = describe_spec(gymnasium.spec("CartPole-v1"))
    assert spec.keys() == SpecReply.__annotations__.keys()
    assert TypeAdapter(SpecReply).validate_python(spec, strict=True) == spec


def test_an_entry_of_the_catalogue_is_of_the_declared_form() -> None:
    entry = described("FrozenLake-v1", ())
    assert TypeAdapter(CatalogEntry).validate_python(entry) == entry
