"""Behind a proxy that serves it below a path, a reply's `Location` is the client's own."""

import dataclasses

import pytest
from starlette.testclient import TestClient

from functions import create_env
from shared.settings import Settings
from shared.web.app.application import create_app
from tests.applications import Api, served

CREATION = {"env_id": "CartPole-v1"}


@pytest.mark.parametrize(
    ("setting", "forwarded", "prefix"),
    [
        ("", "/gym", "/gym"),
        ("/gym", "", "/gym"),
        ("", "//evil.example", ""),
        ("", "", ""),
    ],
)
def test_location_has_the_prefix_of_the_setting_or_of_the_proxy(
    settings: Settings, setting: str, forwarded: str, prefix: str
) -> None:
    with served("local", dataclasses.replace(settings, root_path=setting)) as client:
        reply = Api(client).post("/v1/envs/", CREATION, **{"x-forwarded-prefix": forwarded})
    assert reply.headers["location"] == f"{prefix}/v1/envs/{reply.json['instance_id']}/"


def test_location_has_the_root_path_that_the_server_was_given(settings: Settings) -> None:
    app = create_app(create_env.router, settings=settings)
    with TestClient(app, root_path="/gym") as client:
        reply = client.post("/gym/v1/envs/", json=CREATION)
    assert reply.headers["location"] == f"/gym/v1/envs/{reply.json()['instance_id']}/"
