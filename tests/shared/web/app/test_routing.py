"""An endpoint is declared once, on the router of its module."""

from typing import Any

from pydantic import BaseModel

from shared.legacy.dialect import LEGACY
from shared.web.app.routing import Endpoint, Router


async def _handler(_: Any) -> Any: ...


class _Body(BaseModel):
    number: int


def test_a_router_collects_what_is_declared_on_it() -> None:
    router = Router()

    @router.get("/v1/nothing/", summary="Nothing", reply=None)
    async def nothing(_: Any) -> Any:
        """Nothing."""

    assert [(endpoint.method, endpoint.path) for endpoint in router.endpoints] == [("GET", "/v1/nothing/")]


def test_what_a_router_declares_holds_for_each_of_its_endpoints() -> None:
    router = Router(dialect=LEGACY, tag="legacy")
    router.post("/v1/a/", summary="A", reply=None)(_handler)
    router.delete("/v1/b/", summary="B", reply=None)(_handler)
    assert {(each.method, each.tag, each.dialect is LEGACY) for each in router.endpoints} == {
        ("POST", "legacy", True),
        ("DELETE", "legacy", True),
    }


def test_the_same_endpoints_are_served_under_a_prefix() -> None:
    router = Router()
    router.get("/v1/a/", summary="A", reply=None)(_handler)
    [moved] = router.under("/legacy").endpoints
    assert (moved.path, moved.handler) == ("/legacy/v1/a/", _handler)
    assert router.endpoints[0].path == "/v1/a/"


def test_a_declared_body_is_validated_and_none_is_not() -> None:
    with_body = Endpoint("POST", "/", _handler, summary="", reply=None, body=_Body)
    assert with_body.form is not None
    assert with_body.form.validator.from_json(b'{"number": 3}') == _Body(number=3)
    assert Endpoint("POST", "/", _handler, summary="", reply=None).form is None
