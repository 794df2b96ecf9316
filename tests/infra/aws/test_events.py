"""The events that ship with the template are answered by the functions that they are for."""

import json
from contextlib import suppress
from typing import Any

import pytest
from mangum import Mangum

from functions import local
from infra.aws.template import read
from shared.settings import Settings
from shared.web.app.application import create_app
from tests.applications import Context
from tests.infra.aws.events import in_order, with_checkpoint

KNOWN = {"SnapshotBucket": "snapshots", "SigningKey": "arn:signing-key"}
FUNCTIONS = {function.endpoint: function for function in read(KNOWN).functions}
REQUESTS = [(endpoint, event) for endpoint, event in in_order() if endpoint not in ("front", "sweep")]


@pytest.mark.parametrize(("endpoint", "event"), REQUESTS, ids=[endpoint for endpoint, _ in REQUESTS])
def test_an_event_came_to_a_route_of_its_function(endpoint: str, event: dict[str, Any]) -> None:
    assert event["routeKey"] in {f"{route.method} {route.path}" for route in FUNCTIONS[endpoint].routes}


@pytest.fixture
def handlers(settings: Settings) -> dict[str, Mangum]:
    return {
        module.__name__.rpartition(".")[2]: Mangum(create_app(module.router, settings=settings), lifespan="off")
        for module in local.MODULES
    }


def test_sent_in_order_all_are_200(handlers: dict[str, Mangum]) -> None:
    checkpoint_id = ""
    for endpoint, event in REQUESTS:
        if endpoint == "restore_env":
            event = with_checkpoint(event, checkpoint_id)
        answer = handlers[endpoint](event, Context())  # type: ignore[arg-type]
        assert answer["statusCode"] == 200, (endpoint, answer)
        with suppress(ValueError, KeyError, TypeError):
            checkpoint_id = json.loads(answer["body"])["checkpoint_id"]
