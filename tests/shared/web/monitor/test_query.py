"""The query of those who watch many instances is bounded, and checked before anything is drawn."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.datastructures import QueryParams

from shared.errors import InstanceNotFound, InvalidValue, Unauthorized
from shared.session.stored.reference import Reference
from shared.settings import Settings
from shared.web.monitor.query import MOST_IDS, requested_instances, width
from shared.web.protocol.dialect import V1
from shared.web.protocol.request import Request

ONE, OTHER = "5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11", "0a9b2c1e-53c6-4c1f-9f43-1c5a2e1f7d42"


class Asked:
    """A request of ann's with a query. Bob has a key too, and teachers may watch both."""

    def __init__(self, query: str, *, authorized: bool = True, teachers: tuple[str, ...] = ()) -> None:
        self.query = QueryParams(query)
        self.owner = "ann"
        settings = Settings(api_keys=(("ann", "secret a"), ("bob", "secret b")), teachers=teachers)
        self.service = SimpleNamespace(settings=settings)
        self._authorized = authorized

    def check_key(self) -> None:
        if not self._authorized:
            raise Unauthorized("no key")

    def instance(self, instance_id: str) -> Reference:
        if not V1.id_pattern.fullmatch(instance_id):
            raise InstanceNotFound
        return Reference("ann", instance_id)


def asked(query: str, **changes: Any) -> Request[None]:
    return cast("Request[None]", Asked(query, **changes))


def test_each_id_is_named_once_and_in_order() -> None:
    assert requested_instances(asked(f"ids={OTHER},{ONE},,{OTHER}")) == {
        OTHER: Reference("ann", OTHER),
        ONE: Reference("ann", ONE),
    }


def test_a_word_that_is_no_id_stands_for_no_instance() -> None:
    assert requested_instances(asked("ids=../x")) == {"../x": None}


def test_a_teacher_watches_the_instances_of_whoever_has_a_key() -> None:
    query = f"ids=bob:{ONE},ann:{ONE},eve:{ONE},bob:x"
    assert requested_instances(asked(query, teachers=("ann",))) == {
        f"bob:{ONE}": Reference("bob", ONE),
        f"ann:{ONE}": None,
        f"eve:{ONE}": None,
        "bob:x": None,
    }
    assert set(requested_instances(asked(query, teachers=("bob",))).values()) == {None}


@pytest.mark.parametrize("query", ["", "ids=", "ids=,,", f"ids={','.join(map(str, range(MOST_IDS + 1)))}"])
def test_none_and_too_many_are_refused(query: str) -> None:
    with pytest.raises(InvalidValue, match="ids names"):
        requested_instances(asked(query))


def test_as_many_as_are_allowed_are_taken() -> None:
    assert len(requested_instances(asked(f"ids={','.join(map(str, range(MOST_IDS)))}"))) == MOST_IDS


def test_a_missing_key_is_told_before_what_else_is_wrong() -> None:
    with pytest.raises(Unauthorized):
        requested_instances(asked("ids=", authorized=False))


@pytest.mark.parametrize(("query", "pixels"), [("", 160), ("width=16", 16), ("width=1280", 1280), ("width=0", 0)])
def test_a_width_in_range_is_taken(query: str, pixels: int) -> None:
    assert width(asked(query), may_be_none=True) == pixels


@pytest.mark.parametrize("given", ["0", "15", "1281", "-16", "1e2", "wide", "", "٣٢", "9" * 5000])
def test_any_other_width_is_refused(given: str) -> None:
    with pytest.raises(InvalidValue, match="width is"):
        width(asked(f"width={given}"), may_be_none=False)
