"""A creation that takes long is answered at once where the client prefers that, and tells how far it is."""

import dataclasses
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.settings import Settings
from tests.applications import Api, served
from tests.servers import KeptOpen, uvicorn

MODULE = "tests.shared.snapshot.foreign"
AT_ONCE = {"prefer": "respond-async, wait=0"}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A server for kinds that each test has to itself: their episodes end after numbers of steps of their own."""
    store = f"sqlite:///{tmp_path_factory.mktemp('trials')}/snapshots.db"
    with uvicorn(GYM_HTTP_STORE=store, GYM_HTTP_ENV_MODULES=MODULE, GYM_HTTP_ROOT_PATH="/gym") as server:
        client = KeptOpen(server)
        yield Api(client)
        client.close()


def over(api: Api, location: str) -> Any:
    """The state of the trial once it no longer runs, and all that it said before."""
    said: list[str] = []
    while True:
        reply = api.get(location)
        assert reply.status == 200, reply.content
        if reply.json["state"] != "running":
            return {**reply.json, "said": said}
        assert reply.headers["retry-after"] == "2"
        assert reply.json["progress"][: len(said)] == said
        said = reply.json["progress"]
        time.sleep(0.05)


def test_a_trial_goes_on_and_then_the_same_call_creates(api: Api) -> None:
    key = {"idempotency-key": "mine"}
    begun = api.post("/v1/envs/", {"env_id": "ForeignWalk-v0", "max_episode_steps": 11}, **AT_ONCE, **key)
    assert (begun.status, begun.headers["preference-applied"]) == (202, "respond-async")
    assert begun.content == b""
    state = over(api, begun.headers["location"].removeprefix("/gym"))
    assert (state["state"], state["mechanism"]) == ("done", "object-graph")
    assert state["said"][0] == "The environment is made."
    made = [
        api.post("/v1/envs/", {"env_id": "ForeignWalk-v0", "max_episode_steps": 11}, **AT_ONCE, **key)
        for _ in range(2)
    ]
    assert [each.status for each in made] == [200, 200]
    assert made[0].json == made[1].json
    assert "preference-applied" not in made[0].headers
    assert api.post(f"/v1/envs/{made[0].json['instance_id']}/reset/").status == 200


def test_a_refusal_is_told_as_the_creation_tells_it(api: Api) -> None:
    begun = api.post("/v1/envs/", {"env_id": "ForeignErratic-v0"}, **AT_ONCE)
    assert begun.status == 202
    state = over(api, begun.headers["location"].removeprefix("/gym").rstrip("/"))
    assert state["state"] == "refused"
    refused = api.post("/v1/envs/", {"env_id": "ForeignErratic-v0"}, **AT_ONCE)
    assert (refused.status, refused.json["type"]) == (400, "urn:gym-http:problem:not-exact")
    assert state["problem"]["detail"] == refused.json["detail"]
    assert "ForeignErratic-v0" not in api.get("/v1/envs/").json.values()


def test_who_does_not_prefer_it_simply_waits(api: Api) -> None:
    assert api.post("/v1/envs/", {"env_id": "ForeignWalk-v0", "max_episode_steps": 12}).status == 200


def test_who_waits_long_enough_has_the_instance(api: Api) -> None:
    """The trial may be over or not after 30 s of a busy machine; both replies are right."""
    reply = api.post(
        "/v1/envs/", {"env_id": "ForeignWalk-v0", "max_episode_steps": 13}, prefer="respond-async, wait=30"
    )
    if reply.status == 202:
        over(api, reply.headers["location"].removeprefix("/gym"))
        reply = api.post(
            "/v1/envs/", {"env_id": "ForeignWalk-v0", "max_episode_steps": 13}, prefer="respond-async, wait=30"
        )
    assert reply.status == 200


def test_what_needs_no_trial_or_is_refused_before_one_is_answered_as_ever(api: Api) -> None:
    assert api.post("/v1/envs/", {"env_id": "CartPole-v1"}, **AT_ONCE).status == 200
    assert api.post("/v1/envs/", {"env_id": "Nothing-v0"}, **AT_ONCE).status == 400
    missing = api.get(f"/v1/trials/{'0' * 64}/")
    assert (missing.status, missing.json["type"]) == (404, "urn:gym-http:problem:trial-not-found")


def test_a_server_that_ends_ends_its_trials(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/snapshots.db"
    with uvicorn(GYM_HTTP_STORE=store, GYM_HTTP_ENV_MODULES=MODULE) as server:
        begun = Api(server).post("/v1/envs/", {"env_id": "ForeignWalk-v0"}, **AT_ONCE)
        assert begun.status == 202
        server.process.terminate()
        server.process.wait()
    with uvicorn(GYM_HTTP_STORE=store, GYM_HTTP_ENV_MODULES=MODULE) as server:
        again = Api(server)
        assert again.get(begun.headers["location"]).status == 404
        assert again.post("/v1/envs/", {"env_id": "ForeignWalk-v0"}).status == 200


def test_on_lambda_where_nothing_goes_on_after_the_reply_the_client_waits(settings: Settings) -> None:
    with served("lambda", dataclasses.replace(settings, env_modules=(MODULE,))) as client:
        reply = Api(client).post("/v1/envs/", {"env_id": "ForeignWalk-v0"}, **AT_ONCE)
    assert reply.status == 200
    assert "preference-applied" not in reply.headers
