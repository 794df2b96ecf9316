"""`/v1/livez/` tells that a process serves, whatever became of its store."""

import dataclasses
from pathlib import Path

from shared.settings import Settings
from tests.applications import Api, served


def broken(folder: Path) -> Settings:
    """Settings with a store whose folder is a file."""
    (folder / "a-file").touch()
    return Settings(store=f"sqlite:///{folder}/a-file/x.db", signing_keys=("k" * 32,))


def test_a_process_that_serves_is_alive(api: Api) -> None:
    reply = api.get("/v1/livez/")
    assert (reply.status, reply.json) == (200, {"status": "ok"})


def test_a_store_that_is_away_restarts_no_server(tmp_path: Path) -> None:
    with served("lambda", broken(tmp_path)) as client:
        api = Api(client)
        assert [api.get(f"/v1/{probe}/").status for probe in ("livez", "readyz", "health")] == [200, 503, 503]


def test_a_probe_has_no_key(settings: Settings) -> None:
    with served("local", dataclasses.replace(settings, api_keys=(("ann", "s"),))) as client:
        api = Api(client)
        assert [api.get(f"/v1/{probe}/").status for probe in ("livez", "readyz", "health")] == [200, 200, 200]
