"""An API key stands for an owner, who reaches only their own instances."""

import dataclasses

import pytest

from shared.settings import Settings
from tests.applications import Api, served


@pytest.fixture
def keyed(settings: Settings) -> Settings:
    return dataclasses.replace(settings, api_keys=(("ann", "secret-a"), ("ann", "rotated"), ("bob", "secret-b")))


def test_a_call_without_a_key_is_401(keyed: Settings) -> None:
    with served("local", keyed) as client:
        api = Api(client)
        for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Basic secret-a"}):
            reply = api.get("/v1/envs/", **headers)
            assert (reply.status, reply.headers["www-authenticate"]) == (401, "Bearer")
        assert api.get("/v1/health/").status == 200


def test_a_key_sees_and_touches_only_its_owners_instances(keyed: Settings) -> None:
    with served("each alone", keyed) as client:
        api = Api(client)
        ann, other, bob = ({"authorization": f"Bearer {key}"} for key in ("secret-a", "rotated", "secret-b"))
        created = api.post("/v1/envs/", {"env_id": "CartPole-v1"}, **ann).json["instance_id"]
        assert api.get("/v1/envs/", **other).json == {created: "CartPole-v1"}
        assert api.get("/v1/envs/", **bob).json == {}
        assert api.post(f"/v1/envs/{created}/reset/", **bob).status == 404
        assert api.delete(f"/v1/envs/{created}/", **bob).status == 404
        assert api.post(f"/v1/envs/{created}/reset/", **other).status == 200
