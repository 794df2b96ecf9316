"""A small, fixed share of `make fuzz`: requests drawn from the document, and replies checked against it."""

import logging
from collections.abc import Iterator
from contextlib import closing

import pytest
from schemathesis import GenerationMode

from shared.settings import Settings
from tests.fuzz.api import Api
from tests.fuzz.campaign import modes, requests, scenarios
from tests.fuzz.sentinel import Sentinel

_EXAMPLES = 2


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    logging.disable()
    with closing(Api(Settings(store=f"sqlite:///{tmp_path_factory.mktemp('fuzz')}/snapshots.db"))) as opened:
        yield opened
    logging.disable(logging.NOTSET)


def test_every_reply_is_as_documented_and_no_instance_is_lost(api: Api) -> None:
    sentinel = Sentinel(api)
    for operation in api.operations.values():
        for mode in modes(operation):
            requests(api, operation, mode, _EXAMPLES, None)
        sentinel.step()
    assert max(api.statuses) < 500
    assert {200, 404, 422} <= api.statuses.keys()


def test_replies_along_the_links_are_as_documented(api: Api) -> None:
    scenarios(api, _EXAMPLES, None)
    assert max(api.statuses) < 500


def test_malformed_requests_are_drawn_where_there_is_a_form(api: Api) -> None:
    assert GenerationMode.NEGATIVE in modes(api.operations["step_env"])
    assert GenerationMode.NEGATIVE not in modes(api.operations["health"])
