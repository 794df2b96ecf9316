"""`If-Match` holds as proxies and clients send it: weak, as a list, and in several lines."""

import pytest
from starlette.testclient import TestClient

from functions import local as everything
from shared.settings import Settings
from shared.web.app.application import create_app
from tests.applications import Api


@pytest.mark.parametrize("sent", ['W/"1"', '"0", "1"', '"1-gzip"', "*"])
def test_a_call_holds_where_one_of_the_etags_is_the_revision(api: Api, sent: str) -> None:
    instance = api.create()
    api.post(f"{instance}/reset/")
    reply = api.post(f"{instance}/step/", {"action": 0}, **{"if-match": sent})
    assert (reply.status, reply.headers["etag"]) == (200, '"2"')
    stale = api.post(f"{instance}/step/", {"action": 0}, **{"if-match": '"0", W/"1"'})
    assert (stale.status, stale.json["revision"]) == (412, 2)
    assert api.delete(instance, **{"if-match": 'W/"1", W/"2"'}).status == 200


def test_two_header_lines_are_one_list(settings: Settings) -> None:
    app = create_app(*(module.router for module in everything.MODULES), settings=settings)
    with TestClient(app) as client:
        made = client.post("/v1/envs/", json={"env_id": "CartPole-v1"}).json()["instance_id"]
        for lines, status in ((('"0"', '"7"'), 200), (('"0"', '"7"'), 412), (('"7"', '"1"'), 200)):
            headers = [("if-match", line) for line in lines]
            assert client.post(f"/v1/envs/{made}/reset/", headers=headers).status_code == status
