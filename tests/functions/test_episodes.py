"""Recorded episodes are listed, and their transitions had again in every form, over HTTP."""

import io
from typing import Any

import msgpack
import numpy as np
import pytest

from tests.applications import Api
from tests.functions.test_history import played

NPZ = "application/x-npz"


def test_an_episode_is_listed_with_where_it_is(api: Api) -> None:
    instance, _ = played(api)
    reply = api.get(f"{instance}/episodes/")
    assert reply.headers["etag"] == '"7"'
    [episode] = reply.json["episodes"]
    assert reply.json["next"] is None
    told = {name: episode[name] for name in ("number", "start", "end", "seed", "steps", "return", "first", "last")}
    assert told == {
        "number": 1,
        "start": "reset",
        "end": None,
        "seed": 1,
        "steps": 15,
        "return": 15.0,
        "first": "1",
        "last": "7.9",
    }


def test_episodes_come_in_pages(local: Api) -> None:
    instance = local.create(record=True)
    for seed in range(3):
        local.post(f"{instance}/reset/", {"seed": seed})
        local.post(f"{instance}/step/", {"action": 1})
    page = local.get(f"{instance}/episodes/?limit=2").json
    assert [(each["seed"], each["end"]) for each in page["episodes"]] == [(0, "reset"), (1, "reset")]
    rest = local.get(f"{instance}/episodes/?after={page['next']}").json
    assert ([each["number"] for each in rest["episodes"]], rest["next"]) == ([3], None)


def test_transitions_are_what_the_steps_returned(api: Api) -> None:
    instance, replies = played(api)
    found = api.get(f"{instance}/episodes/1/?include=infos").json
    assert found["episode"]["steps"] == 15
    assert {len(found[name]) for name in ("actions", "rewards", "terminations", "truncations")} == {15}
    assert len(found["observations"]) == len(found["infos"]) == 16
    assert found["observations"][1:6] == [reply["observation"] for reply in replies]
    assert found["actions"] == [0, 1, 0, 1, 0] + [0, 1] * 5
    part = api.get(f"{instance}/episodes/1/?from=2&to=4").json
    assert part["observations"] == found["observations"][2:5]
    assert (len(part["actions"]), "infos" in part) == (2, False)


def test_every_form_has_the_same_values(local: Api) -> None:
    instance, _ = played(local)
    path = f"{instance}/episodes/1/"
    lists = local.get(path).json
    packed = msgpack.unpackb(local.get(path, accept="application/msgpack").content)
    typed = packed["observations"]
    observations = np.frombuffer(typed["data"], typed["dtype"]).reshape(typed["shape"])
    np.testing.assert_array_equal(observations, np.array(lists["observations"], np.float32))
    reply = local.get(path, accept=NPZ)
    assert (reply.headers["content-type"], reply.headers["etag"]) == (NPZ, '"7"')
    with np.load(io.BytesIO(reply.content)) as file:
        assert set(file) == {"observations", "actions", "rewards", "terminations", "truncations"}
        np.testing.assert_array_equal(file["observations"], observations)
        assert (file["observations"].dtype, file["actions"].dtype) == (np.float32, np.int64)
        np.testing.assert_array_equal(file["rewards"], lists["rewards"])


def test_each_of_a_vector_is_asked_for_by_its_number(api: Api) -> None:
    instance = api.create(record=True, num_envs=2)
    reset = api.post(f"{instance}/reset/", {"seed": 5}).json
    step = api.post(f"{instance}/step/", {"action": [0, 1]}).json
    for env in range(2):
        assert [each["seed"] for each in api.get(f"{instance}/episodes/?env={env}").json["episodes"]] == [5 + env]
        found = api.get(f"{instance}/episodes/1/?env={env}").json
        assert found["observations"] == [reset["observation"][env], step["observation"][env]]
        assert found["actions"] == [env]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("episodes/?limit=0", 422),
        ("episodes/?limit=1001", 422),
        ("episodes/?env=1", 422),
        ("episodes/?env=-1", 422),
        ("episodes/?after=x", 422),
        ("episodes/2/", 404),
        ("episodes/0/", 404),
        ("episodes/x/", 422),
        ("episodes/1/?env=1", 422),
        ("episodes/1/?from=16", 422),
        ("episodes/1/?from=3&to=2", 422),
        ("episodes/1/?to=1.5", 422),
        ("episodes/1/?include=pixels", 422),
    ],
)
def test_what_is_not_there_is_refused(local: Api, path: str, status: int) -> None:
    instance, _ = played(local)
    assert local.get(f"{instance}/{path}").status == status


def test_what_records_nothing_is_409(local: Api) -> None:
    instance = local.create()
    for path in ("episodes/", "episodes/1/"):
        assert local.get(f"{instance}/{path}").json["type"] == "urn:gym-http:problem:not-recorded"


def test_episodes_outlive_their_environment(local: Api) -> None:
    instance, _ = played(local)
    before: Any = local.get(f"{instance}/episodes/1/").json["observations"]
    local.delete(instance)
    assert local.get(f"{instance}/episodes/1/").json["observations"] == before
