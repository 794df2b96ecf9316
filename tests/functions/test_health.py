"""`/v1/health/` tells whether the service works."""

from pathlib import Path

import gymnasium

from shared.settings import Settings
from tests.applications import Api, served


def test_health_tells_of_the_store_and_the_versions(api: Api) -> None:
    reply = api.get("/v1/health/").json
    assert (reply["status"], reply["gymnasium"]) == ("ok", gymnasium.__version__)
    assert reply["store"] in ("sqlite", "s3")


def test_health_says_503_and_names_the_store_that_fails(tmp_path: Path) -> None:
    (tmp_path / "a-file").touch()
    keys = ("k" * 32,)
    with served("lambda", Settings(store=f"sqlite:///{tmp_path}/a-file/x.db", signing_keys=keys)) as client:
        reply = Api(client).get("/v1/health/")
    assert (reply.status, reply.json["type"]) == (503, "urn:gym-http:problem:store-unavailable")
    assert "GYM_HTTP_STORE" in reply.json["detail"]
