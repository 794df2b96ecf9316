"""What was recorded is listed, had again, verified and gone back to over HTTP."""

from typing import Any

import numpy as np
import pytest

from shared.codec import exact
from tests.applications import Api


def played(api: Api, env_id: str = "CartPole-v1", **created: Any) -> tuple[str, list[dict[str, Any]]]:
    """An instance with a reset, five steps and a rollout of ten, and the replies to the steps."""
    instance = api.create(env_id, record=True, **created)
    api.post(f"{instance}/reset/", {"seed": 1})
    replies = [api.post(f"{instance}/step/", {"action": number % 2}).json for number in range(5)]
    api.post(f"{instance}/rollout/", {"actions": [0, 1] * 5})
    return instance, replies


def test_rows_tell_every_call_in_pages(api: Api) -> None:
    instance, _ = played(api)
    reply = api.get(f"{instance}/history/?limit=7")
    assert reply.headers["etag"] == '"7"'
    rows = reply.json["rows"]
    assert [row["call"] for row in rows] == ["reset", *["step"] * 6]
    assert rows[0]["arguments"] == {"seed": 1, "options": None}
    assert [row["action"] for row in rows[1:]] == [0, 1, 0, 1, 0, 0]
    assert (rows[6]["revision"], rows[6]["index"], rows[6]["step"]) == (7, 0, 6)
    assert reply.json["next"] == "7.0"
    rest = api.get(f"{instance}/history/?after=7.0").json
    assert [row["index"] for row in rest["rows"]] == [*range(1, 10)]
    assert rest["next"] is None


def test_exact_values_come_as_columns(local: Api) -> None:
    instance, _ = played(local)
    reply = local.get(f"{instance}/history/?after=1", accept=exact.MEDIA_TYPE)
    rows = exact.decode(reply.content)["rows"]
    np.testing.assert_array_equal(rows["reward"], np.ones(15))
    np.testing.assert_array_equal(rows["action"], [0, 1, 0, 1, 0] + [0, 1] * 5)


def test_a_place_tells_what_its_call_returned(api: Api) -> None:
    instance, replies = played(api)
    for revision, reply in enumerate(replies, start=2):
        at = api.get(f"{instance}/at/{revision}/").json
        assert {name: at[name] for name in reply} == reply
        assert (at["revision"], at["index"], at["call"], at["step"]) == (revision, None, "step", revision - 1)
    reset = api.get(f"{instance}/at/1/").json
    assert (reset["call"], len(reset["observation"]), reset["info"]) == ("reset", 4, {})
    assert api.get(f"{instance}/at/7/").json == api.get(f"{instance}/at/7.9/").json


def test_pictures_and_samples_are_had_again(local: Api) -> None:
    instance = local.create("CartPole-v1", record=True, render_mode="rgb_array")
    local.post(f"{instance}/reset/", {"seed": 1})
    sample = local.post(f"{instance}/action_space/sample/").json["sample"]
    picture = local.post(f"{instance}/render/").json
    local.post(f"{instance}/step/", {"action": 1})
    assert local.get(f"{instance}/at/2/").json["sample"] == sample
    rows = local.get(f"{instance}/history/").json["rows"]
    for row in rows:
        if row["call"] == "render":
            at = local.get(f"{instance}/at/{row['revision']}/").json
            assert {name: at[name] for name in picture} == picture


def test_forks_and_restores_go_to_a_revision(api: Api) -> None:
    instance, replies = played(api)
    [fork] = api.post(f"{instance}/fork/", {"revision": 4}).json["instance_ids"]
    assert api.post(f"/v1/envs/{fork}/step/", {"action": 1}).json == replies[3]
    assert api.get(f"/v1/envs/{fork}").json["origin"] == {"instance_id": instance[-36:], "revision": 4}
    record = api.post(f"{instance}/restore/", {"revision": "7.2"})
    assert (record.json["revision"], record.json["steps"]) == (8, 8)
    again = api.post(f"{instance}/step/", {"action": 1}).json
    assert again["observation"] == api.get(f"{instance}/at/7.3/").json["observation"]
    assert api.get(f"{instance}/at/8/").json["arguments"] == {"to": "7.2"}
    verified = api.post(f"{instance}/verify/", {}).json
    assert verified == {"verified": True, "calls": 17, "next": None}


def test_a_keyed_fork_of_the_past_is_made_once(local: Api) -> None:
    instance, _ = played(local)
    first, second = (
        local.post(f"{instance}/fork/", {"revision": 4}, **{"idempotency-key": "a"}) for _ in range(2)
    )
    assert first.json == second.json


def test_recording_is_switched(local: Api) -> None:
    instance = local.create("CartPole-v1")
    refused = local.get(f"{instance}/history/")
    assert (refused.status, refused.json["type"]) == (409, "urn:gym-http:problem:not-recorded")
    assert local.post(f"{instance}/record/", {"on": True}).json == {"on": True}
    local.post(f"{instance}/reset/", {"seed": 1})
    local.post(f"{instance}/record/", {"on": False})
    local.post(f"{instance}/step/", {"action": 1})
    rows = local.get(f"{instance}/history/").json["rows"]
    assert [(row["revision"], row["call"]) for row in rows] == [(2, "reset"), (3, None)]
    assert local.get(f"{instance}/at/3/").json["call"] is None


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "at/99/", None, 404),
        ("GET", "at/0/", None, 404),
        ("GET", "at/7.10/", None, 404),
        ("GET", "at/x/", None, 422),
        ("GET", "history/?after=x", None, 422),
        ("GET", "history/?limit=0", None, 422),
        ("GET", "history/?limit=1001", None, 422),
        ("POST", "fork/", {"revision": 99}, 404),
        ("POST", "fork/", {"revision": "../1"}, 422),
        ("POST", "restore/", {"revision": 99}, 404),
        ("POST", "restore/", {}, 422),
        ("POST", "restore/", {"revision": 1, "checkpoint_id": "a"}, 422),
        ("POST", "record/", {}, 422),
        ("POST", "verify/", {"from": -1}, 422),
    ],
)
def test_what_is_not_there_is_refused(local: Api, method: str, path: str, body: Any, status: int) -> None:
    instance, _ = played(local)
    reply = local.get(f"{instance}/{path}") if method == "GET" else local.post(f"{instance}/{path}", body)
    assert reply.status == status


def test_a_history_outlives_its_environment_until_it_is_deleted(local: Api) -> None:
    instance, replies = played(local)
    local.delete(instance)
    assert len(local.get(f"{instance}/history/").json["rows"]) == 16
    assert local.get(f"{instance}/at/2/").json["observation"] == replies[0]["observation"]
    assert local.post(f"{instance}/verify/", {}).json["verified"]
    assert local.delete(f"{instance}/history/").json == {"message": "History deleted."}
    assert local.get(f"{instance}/history/").status == 404
    assert local.delete(f"{instance}/history/").status == 404


def test_a_closed_environment_is_forked_from_its_past(local: Api) -> None:
    instance, replies = played(local)
    local.delete(instance)
    assert local.post(f"{instance}/fork/", {}).status == 404
    assert local.post(f"{instance}/fork/", {"revision": 99}).status == 404
    assert local.post(f"{instance}/fork/", {"revision": 4}, **{"if-match": '"7"'}).status == 404
    [fork] = local.post(f"{instance}/fork/", {"revision": 4}).json["instance_ids"]
    assert local.post(f"/v1/envs/{fork}/step/", {"action": 1}).json == replies[3]
    assert [row["step"] for row in local.get(f"/v1/envs/{fork}/history/").json["rows"]] == [4]


def test_a_deleted_history_begins_anew(local: Api) -> None:
    instance, _ = played(local)
    assert local.delete(f"{instance}/history/").headers["etag"] == '"8"'
    local.post(f"{instance}/step/", {"action": 1})
    assert [row["revision"] for row in local.get(f"{instance}/history/").json["rows"]] == [9]
    assert local.get(f"{instance}/at/3/").status == 404
