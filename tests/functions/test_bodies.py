"""Bodies as Windows' tools and compressing clients send them are read by every endpoint."""

import dataclasses
import gzip
import json

import pytest

from shared.settings import Settings
from tests.applications import Api, served

CREATION = json.dumps({"env_id": "CartPole-v1"})


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
@pytest.mark.parametrize("path", ["/v1/envs/", "/legacy/v1/envs/"])
def test_a_body_with_a_byte_order_mark_or_in_utf_16_is_read(api: Api, path: str, encoding: str) -> None:
    assert api.post(path, CREATION.encode(encoding)).status == 200


def test_what_only_begins_in_utf_16_is_refused_by_both_apis(local: Api) -> None:
    reply = local.post("/v1/envs/", b"\xff\xfe{")
    assert (reply.status, reply.json["type"]) == (422, "urn:gym-http:problem:invalid-request")
    assert local.post("/legacy/v1/envs/", b"\xff\xfe{").json == {"message": "Request is not a valid json"}


def test_a_body_in_gzip_is_read(api: Api) -> None:
    for path in ("/v1/envs/", "/legacy/v1/envs/"):
        reply = api.post(path, gzip.compress(CREATION.encode()), **{"content-encoding": "gzip"})
        assert reply.status == 200


def test_a_bomb_is_413_and_another_coding_415_with_those_that_are_read(settings: Settings) -> None:
    with served("local", dataclasses.replace(settings, max_body_bytes=100_000)) as client:
        api = Api(client)
        bomb = api.post("/v1/envs/", gzip.compress(bytes(10_000_000)), **{"content-encoding": "gzip"})
        assert (bomb.status, bomb.json["type"]) == (413, "urn:gym-http:problem:body-too-large")
        other = api.post("/v1/envs/", CREATION.encode(), **{"content-encoding": "br"})
        assert (other.status, other.json["type"]) == (415, "urn:gym-http:problem:unsupported-encoding")
        assert other.headers["accept-encoding"] == "gzip, deflate"
        assert api.get("/v1/envs/").json == {}
