"""`/v1/health/` tells whether the service works."""

import sqlite3
import time
from pathlib import Path
from typing import Any

import gymnasium
import pytest

from shared.settings import Settings
from tests.applications import Api, served


def test_health_tells_of_the_store_and_the_versions(api: Api) -> None:
    reply = api.get("/v1/health/").json
    assert (reply["status"], reply["gymnasium"]) == ("ok", gymnasium.__version__)
    assert reply["store"] in ("sqlite", "s3")


@pytest.mark.parametrize("then", ["removed", "replaced"])
def test_a_database_that_leaves_its_place_is_503_and_nothing_more_is_written(
    settings: Settings, tmp_path: Path, then: str
) -> None:
    path, elsewhere = tmp_path / "snapshots.db", tmp_path / "elsewhere.db"
    with served("local", settings) as client:
        api = Api(client)
        instance = api.create()
        assert api.post(f"{instance}/reset/", {"seed": 1}).status == 200
        path.rename(elsewhere)
        if then == "replaced":
            path.write_bytes(elsewhere.read_bytes())
        time.sleep(0.05)  # it is looked at 50 times a second
        replies = [
            api.post(f"{instance}/step/", {"action": 1}),
            api.post("/v1/envs/", {"env_id": "CartPole-v1"}),
            api.delete(instance),
            api.get("/v1/health/"),
        ]
        assert [reply.status for reply in replies] == [503] * 4
        assert all(f"was {then} while the server used it" in reply.json["detail"] for reply in replies)
        assert path.exists() is (then == "replaced")
        elsewhere.rename(path)
        assert api.get("/v1/health/").status == 200
        assert api.post(f"{instance}/step/", {"action": 1}).headers["etag"] == '"2"'


def test_a_full_disk_is_503_and_what_was_created_can_be_closed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite3.connect

    def of_few_pages(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **kwargs)
        connection.execute("PRAGMA max_page_count = 60")
        return connection

    monkeypatch.setattr(sqlite3, "connect", of_few_pages)
    with served("local", settings) as client:
        api = Api(client)
        created = [api.create()]
        while (reply := api.post("/v1/envs/", {"env_id": "CartPole-v1"})).status == 200:
            created.append(f"/v1/envs/{reply.json['instance_id']}")
        assert (reply.status, "is full; close environments" in reply.json["detail"]) == (503, True)
        assert (full := api.get("/v1/health/")).status == 503
        assert "is full; close environments" in full.json["detail"]
        # A key leaves a tombstone, for which there is room again once pages became free. Which instances share
        # a page is chance: their keys are.
        half = len(created) // 2
        assert {api.delete(each).status for each in created[:half]} == {200}
        assert {api.delete(each, **{"idempotency-key": each}).status for each in created[half:]} == {200}
        assert api.get("/v1/health/").status == 200
        assert api.get("/v1/envs/").json == {}
        assert api.post("/v1/envs/", {"env_id": "CartPole-v1"}).status == 200


def test_health_says_503_and_names_the_store_that_fails(tmp_path: Path) -> None:
    (tmp_path / "a-file").touch()
    keys = ("k" * 32,)
    with served("lambda", Settings(store=f"sqlite:///{tmp_path}/a-file/x.db", signing_keys=keys)) as client:
        reply = Api(client).get("/v1/health/")
    assert (reply.status, reply.json["type"]) == (503, "urn:gym-http:problem:store-unavailable")
    assert "GYM_HTTP_STORE" in reply.json["detail"]
