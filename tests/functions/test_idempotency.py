"""A call that is repeated with its key is applied once and answered as it was the first time."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.settings import Settings
from tests.applications import Api, Reply, served


def keyed(api: Api, path: str, key: str, body: Any = None) -> Reply:
    return api.post(path, body, **{"idempotency-key": key})


def test_a_repeated_step_is_applied_once_and_gets_the_first_reply(api: Api) -> None:
    instance = api.create()
    api.post(f"{instance}/reset/", {"seed": 1})
    first = keyed(api, f"{instance}/step/", "a", {"action": 1})
    api.post(f"{instance}/step/", {"action": 0})
    again = keyed(api, f"{instance}/step", "a", {"action": 1})
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert api.get(instance).json["steps"] == 2


@pytest.mark.parametrize("path", ["reset/", "action_space/sample/"])
def test_every_call_that_changes_an_instance_may_be_keyed(api: Api, path: str) -> None:
    instance = api.create()
    first = keyed(api, f"{instance}/{path}", "a")
    assert keyed(api, f"{instance}/{path}", "a").content == first.content
    assert keyed(api, f"{instance}/{path}", "b").status == 200
    assert api.get(instance).json["revision"] == 2


def test_a_key_with_another_request_is_422(api: Api) -> None:
    instance = api.create()
    api.post(f"{instance}/reset/")
    assert keyed(api, f"{instance}/step/", "a", {"action": 1}).status == 200
    for path, body in [("step/", {"action": 0}), ("reset/", None)]:
        reply = keyed(api, f"{instance}/{path}", "a", body)
        assert (reply.status, reply.json["type"]) == (422, "urn:gym-http:problem:key-reused")
    assert api.get(instance).json["steps"] == 1


def test_a_call_that_failed_is_not_remembered(api: Api) -> None:
    instance = api.create()
    assert keyed(api, f"{instance}/step/", "a", {"action": 1}).status == 409
    api.post(f"{instance}/reset/")
    assert keyed(api, f"{instance}/step/", "a", {"action": 1}).status == 200


def test_a_repeated_creation_makes_one_instance(api: Api) -> None:
    body = {"env_id": "CartPole-v1"}
    first = keyed(api, "/v1/envs/", "a", body)
    assert keyed(api, "/v1/envs/", "a", body).content == first.content
    assert keyed(api, "/v1/envs/", "a", {"env_id": "Taxi-v4"}).status == 422
    assert keyed(api, "/v1/envs/", "b", body).content != first.content
    assert len(api.get("/v1/envs/").json) == 2


def test_a_repeated_fork_makes_the_same_forks(api: Api) -> None:
    instance = api.create()
    api.post(f"{instance}/reset/", {"seed": 1})
    first = keyed(api, f"{instance}/fork/", "a", {"count": 3})
    api.post(f"{instance}/step/", {"action": 1})
    assert keyed(api, f"{instance}/fork/", "a", {"count": 3}).content == first.content
    assert keyed(api, f"{instance}/fork/", "a", {"count": 2}).status == 422
    assert len(api.get("/v1/envs/").json) == 4
    assert {api.get(f"/v1/envs/{each}").json["steps"] for each in first.json["instance_ids"]} == {0}


def replayed(first: Reply, again: Reply) -> bool:
    """Whether the second reply is the first one, and says so."""
    assert "idempotency-replayed" not in first.headers
    told = again.headers.get("idempotency-replayed") == "true"
    same = (again.status, again.content, again.headers.get("etag"))
    return told and same == (first.status, first.content, first.headers.get("etag"))


def test_every_other_call_gives_its_first_reply_again(api: Api) -> None:
    """Creation, fork, checkpoint, restore and both deletions, each repeated after the instance has gone on."""
    create = {"env_id": "CartPole-v1"}
    created = keyed(api, "/v1/envs/", "create", create)
    instance = f"/v1/envs/{created.json['instance_id']}"
    api.post(f"{instance}/reset/", {"seed": 1})
    checkpoint = keyed(api, f"{instance}/checkpoints/", "checkpoint", {"name": "a"})
    place = f"{instance}/checkpoints/{checkpoint.json['checkpoint_id']}/"
    restore = {"checkpoint_id": checkpoint.json["checkpoint_id"]}
    restored = keyed(api, f"{instance}/restore/", "restore", restore)
    forked = keyed(api, f"{instance}/fork/", "fork", {"count": 2})
    api.post(f"{instance}/step/", {"action": 1})

    assert replayed(created, keyed(api, "/v1/envs", "create", create))
    assert replayed(checkpoint, keyed(api, f"{instance}/checkpoints", "checkpoint", {"name": "a"}))
    assert replayed(restored, keyed(api, f"{instance}/restore", "restore", restore))
    assert replayed(forked, keyed(api, f"{instance}/fork", "fork", {"count": 2}))
    assert api.get(instance).json["steps"] == 1

    deleted = api.delete(place, **{"idempotency-key": "delete"})
    assert replayed(deleted, api.delete(place, **{"idempotency-key": "delete"}))
    assert keyed(api, f"{instance}/checkpoints/", "checkpoint", {"name": "a"}).status == 409
    closed = api.delete(instance, **{"idempotency-key": "close"})
    assert replayed(closed, api.delete(f"{instance}/", **{"idempotency-key": "close"}))
    assert api.delete(instance).status == 404
    assert replayed(created, keyed(api, "/v1/envs/", "create", create))
    assert replayed(forked, keyed(api, f"{instance}/fork/", "fork", {"count": 2}))
    assert set(api.get("/v1/envs/").json) == set(forked.json["instance_ids"])


def test_every_other_call_refuses_a_key_that_came_with_another_request(api: Api) -> None:
    instance = api.create()
    checkpoint = api.post(f"{instance}/checkpoints/").json["checkpoint_id"]
    assert keyed(api, f"{instance}/reset/", "used").status == 200
    refused = [
        keyed(api, f"{instance}/checkpoints/", "used"),
        keyed(api, f"{instance}/restore/", "used", {"checkpoint_id": checkpoint}),
        keyed(api, f"{instance}/fork/", "used"),
        api.delete(f"{instance}/checkpoints/{checkpoint}/", **{"idempotency-key": "used"}),
        api.delete(instance, **{"idempotency-key": "used"}),
    ]
    assert {(reply.status, reply.json["type"]) for reply in refused} == {(422, "urn:gym-http:problem:key-reused")}
    assert api.get(instance).json["revision"] == 1
    assert len(api.get(f"{instance}/checkpoints/").json["checkpoints"]) == 1


def test_every_call_that_changes_something_may_be_conditional_on_the_revision(api: Api) -> None:
    instance = api.create()
    checkpoint = api.post(f"{instance}/checkpoints/").json["checkpoint_id"]
    api.post(f"{instance}/reset/")
    place = f"{instance}/checkpoints/{checkpoint}/"

    def calls(revision: int) -> list[Reply]:
        match = {"if-match": f'"{revision}"'}
        return [
            api.post(f"{instance}/checkpoints/", {}, **match),
            api.post(f"{instance}/fork/", {}, **match),
            api.delete(place, **match),
        ]

    def closing(revision: int) -> list[Reply]:
        match = {"if-match": f'"{revision}"'}
        return [
            api.post(f"{instance}/step/", {"action": 1}, **match),
            api.post(f"{instance}/reset/", {}, **match),
            api.post(f"{instance}/action_space/sample/", {}, **match),
            api.post(f"{instance}/restore/", {"checkpoint_id": checkpoint}, **match),
            api.delete(instance, **match),
        ]

    assert {(reply.status, reply.json["revision"]) for reply in calls(0) + closing(0)} == {(412, 1)}
    assert [reply.status for reply in calls(1)] == [200] * 3
    assert api.delete(instance, **{"if-match": '"1"'}).status == 200


def test_two_calls_with_one_key_at_the_same_moment_are_one(local: Api) -> None:
    """The second waits for the first, as the draft allows, and gets its reply."""
    instance = local.create()
    local.post(f"{instance}/reset/", {"seed": 1})
    with ThreadPoolExecutor(8) as pool:
        replies = list(
            pool.map(lambda _: keyed(local, f"{instance}/step/", "a", {"action": 1}), range(8), timeout=60)
        )
    assert len({reply.content for reply in replies}) == 1
    assert sum("idempotency-replayed" in reply.headers for reply in replies) == 7
    assert local.get(instance).json["steps"] == 1


def test_a_key_means_another_call_for_another_owner(settings: Settings) -> None:
    owners = dataclasses.replace(settings, api_keys=(("ann", "a"), ("bob", "b")))
    with served("local", owners) as client:
        ids = set()
        for secret in ("a", "b"):
            headers = {"idempotency-key": "k", "authorization": f"Bearer {secret}"}
            ids.add(Api(client).post("/v1/envs/", {"env_id": "CartPole-v1"}, **headers).json["instance_id"])
    assert len(ids) == 2


def test_a_reply_that_is_forgotten_is_409_with_the_revision(local: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.session.stored.idempotency.REPLIES_BYTES", 200)
    instance = local.create()
    local.post(f"{instance}/reset/")
    for key in "abcd":
        keyed(local, f"{instance}/step/", key, {"action": 1})
    reply = keyed(local, f"{instance}/step/", "a", {"action": 1})
    assert (reply.status, reply.json["revision"]) == (409, 2)
    assert keyed(local, f"{instance}/step/", "d", {"action": 1}).status == 200


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_of_no_use_is_422(local: Api, key: str) -> None:
    assert keyed(local, f"{local.create()}/reset/", key).status == 422
