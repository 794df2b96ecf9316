"""A ticket lets its bearer look at one instance for some minutes, and do nothing else."""

import dataclasses
import time
from collections.abc import Iterator

import pytest

from shared.settings import Settings
from shared.web.service.tickets import LEEWAY_S, LIFETIME_S
from tests.applications import Api, served

ANN, BOB = {"authorization": "Bearer a"}, {"authorization": "Bearer b"}


@pytest.fixture
def keyed(settings: Settings) -> Settings:
    return dataclasses.replace(settings, api_keys=(("ann", "a"), ("bob", "b")), signing_keys=("k" * 32,))


@pytest.fixture(params=["local", "each alone", "lambda"])
def api(request: pytest.FixtureRequest, keyed: Settings) -> Iterator[Api]:
    with served(request.param, keyed) as client:
        yield Api(client)


def watched(api: Api) -> str:
    reply = api.post("/v1/envs/", {"env_id": "FrozenLake-v1", "render_mode": "ansi"}, **ANN)
    instance = f"/v1/envs/{reply.json['instance_id']}"
    assert api.post(f"{instance}/reset/", {"seed": 1}, **ANN).status == 200
    return instance


def ticket(api: Api, instance: str) -> str:
    reply = api.post(f"{instance}/monitor/ticket/", **ANN)
    assert reply.status == 200, reply.content
    text: str = reply.json["ticket"]
    return text


def test_a_ticket_stands_in_place_of_the_key_for_looking_and_nothing_else(api: Api) -> None:
    instance = watched(api)
    given = ticket(api, instance)
    assert api.get(f"{instance}/monitor/render/").status == 401
    assert "FHFH" in api.get(f"{instance}/monitor/render/?ticket={given}").json["data"]
    # It is let in, and told that this is no picture to stream.
    assert api.get(f"{instance}/monitor/stream/?ticket={given}").status == 400
    for reply in (
        api.get(f"{instance}?ticket={given}"),
        api.post(f"{instance}/step/?ticket={given}", {"action": 1}),
        api.post(f"{instance}/monitor/ticket/?ticket={given}"),
        api.delete(f"{instance}?ticket={given}"),
    ):
        assert reply.status == 401


def test_a_ticket_of_another_instance_or_an_altered_one_is_401(api: Api) -> None:
    instance, other = watched(api), watched(api)
    given = ticket(api, instance)
    owner, expires, signature = given.split(".")
    for wrong in (
        ticket(api, other),
        f"bob.{expires}.{signature}",
        f"{owner}.{int(expires) + 1}.{signature}",
        f"{owner}.{expires}.{signature[:-2]}",
        f"{owner}.x.{signature}",
        "x",
        "",
        "%ff%00.1.2",
    ):
        reply = api.get(f"{instance}/monitor/render/?ticket={wrong}")
        assert (reply.status, reply.json["type"]) == (401, "urn:gym-http:problem:unauthorized")


def test_another_owner_gets_no_ticket(api: Api) -> None:
    assert api.post(f"{watched(api)}/monitor/ticket/", **BOB).status == 404


def test_a_ticket_ends_and_ends_with_its_owners_key(keyed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with served("local", keyed) as client:
        instance = watched(Api(client))
        path = f"{instance}/monitor/render/?ticket={ticket(Api(client), instance)}"
        assert Api(client).get(path).status == 200
    with served("local", dataclasses.replace(keyed, signing_keys=("n" * 32, "k" * 32))) as rotated:
        assert Api(rotated).get(path).status == 200
    with served("local", dataclasses.replace(keyed, api_keys=(("bob", "b"),))) as without:
        assert Api(without).get(path).status == 401
    with served("local", keyed) as client:
        later = time.time() + LIFETIME_S + LEEWAY_S + 1
        monkeypatch.setattr("time.time", lambda: later)
        assert Api(client).get(path).status == 401


def test_without_api_keys_none_is_needed_and_none_is_looked_at(local: Api) -> None:
    instance = local.create("FrozenLake-v1", render_mode="ansi")
    local.post(f"{instance}/reset/")
    assert "ticket" in local.post(f"{instance}/monitor/ticket/").json
    assert local.get(f"{instance}/monitor/render/?ticket=nonsense").status == 200
