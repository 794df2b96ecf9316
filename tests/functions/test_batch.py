"""A batch is its calls, each with a result or a problem of its own."""

import asyncio
import dataclasses
from typing import Any

import gymnasium
import msgspec
import numpy as np
import pytest

from shared.errors import StoreUnavailable
from shared.settings import Settings
from shared.storage.protocol import Store
from shared.storage.sqlite import SQLiteStore
from shared.web.service import service
from tests.applications import Api, served

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def ids(api: Api, count: int, env_id: str = "CartPole-v1", **created: Any) -> list[str]:
    return [api.create(env_id, **created).rpartition("/")[2] for _ in range(count)]


def reset(api: Api, instances: list[str]) -> None:
    calls = [{"instance_id": each, "seed": number} for number, each in enumerate(instances)]
    assert {result["status"] for result in api.post("/v1/batch/reset/", {"calls": calls}).json["results"]} <= {200}


def test_each_instance_is_reset_and_stepped_as_by_itself(api: Api) -> None:
    instances = ids(api, 3)
    calls: list[dict[str, Any]] = [{"instance_id": each, "seed": 7 + n} for n, each in enumerate(instances)]
    resets = api.post("/v1/batch/reset/", {"calls": calls}).json["results"]
    calls = [{"instance_id": each, "action": n % 2} for n, each in enumerate(instances)]
    steps = api.post("/v1/batch/step", {"calls": calls}).json["results"]
    for number, instance in enumerate(instances):
        env = gymnasium.make("CartPole-v1")
        observation, info = env.reset(seed=7 + number)
        assert resets[number] == {
            "instance_id": instance,
            "status": 200,
            "revision": 1,
            "observation": observation.astype(float).tolist(),
            "info": info,
        }
        observation, reward, terminated, truncated, info = env.step(number % 2)
        assert steps[number] == {
            "instance_id": instance,
            "status": 200,
            "revision": 2,
            "observation": observation.astype(float).tolist(),
            "reward": reward,
            "terminated": terminated,
            "truncated": truncated,
            "info": info,
        }


def test_a_call_that_fails_spoils_no_other(api: Api) -> None:
    instances = ids(api, 3)
    reset(api, instances[:2])
    calls = [
        {"instance_id": instances[0], "action": 1},
        {"instance_id": instances[1], "action": 9},
        {"instance_id": instances[2], "action": 1},
        {"instance_id": UNKNOWN, "action": 1},
        {"instance_id": "../../state", "action": 1},
        {"instance_id": instances[0], "action": 1, "if_match": 1},
        {"instance_id": instances[0], "action": 1, "if_match": 2},
    ]
    reply = api.post("/v1/batch/step/", {"calls": calls})
    assert reply.status == 200
    results = reply.json["results"]
    assert [result["instance_id"] for result in results] == [call["instance_id"] for call in calls]
    assert [result["status"] for result in results] == [200, 422, 409, 404, 404, 412, 200]
    kinds = [result["problem"]["type"].rpartition(":")[2] for result in results if "problem" in result]
    assert kinds == [
        "invalid-action",
        "reset-needed",
        "instance-not-found",
        "instance-not-found",
        "stale-revision",
    ]
    assert [api.get(f"/v1/envs/{each}").json["steps"] for each in instances] == [2, 0, 0]


def test_calls_on_one_instance_are_applied_in_order(api: Api) -> None:
    [instance] = ids(api, 1, "FrozenLake-v1", kwargs={"is_slippery": False})
    reset(api, [instance])
    calls = [{"instance_id": instance, "action": action} for action in (2, 2, 1, 1)]
    results = api.post("/v1/batch/step/", {"calls": calls}).json["results"]
    assert [result["observation"] for result in results] == [1, 2, 6, 10]
    assert [result["revision"] for result in results] == [2, 3, 4, 5]


def test_a_repeated_batch_is_applied_once(api: Api) -> None:
    instances = ids(api, 2)
    reset(api, instances)
    body = {"calls": [{"instance_id": each, "action": 1} for each in (*instances, instances[0], UNKNOWN)]}
    first = api.post("/v1/batch/step/", body, **{"idempotency-key": "a"}).json["results"]
    again = api.post("/v1/batch/step/", body, **{"idempotency-key": "a"}).json["results"]
    assert again == [{**result, "replayed": True} for result in first[:3]] + first[3:]
    assert [api.get(f"/v1/envs/{each}").json["steps"] for each in instances] == [2, 1]
    other = api.post("/v1/batch/step/", {"calls": body["calls"][:1]}, **{"idempotency-key": "a"}).json["results"]
    assert other[0]["problem"]["type"] == "urn:gym-http:problem:key-reused"


def test_a_batch_in_msgpack_has_typed_arrays(api: Api) -> None:
    instances = ids(api, 2, "Pendulum-v1")
    reset(api, instances)
    actions = np.array([[0.5], [-1.0]], np.float32)
    calls = [
        {"instance_id": each, "action": {"dtype": "float32", "shape": [1], "data": action.tobytes()}}
        for each, action in zip(instances, actions, strict=True)
    ]
    headers = {"content-type": "application/msgpack", "accept": "application/msgpack"}
    reply = api.post("/v1/batch/step/", msgspec.msgpack.encode({"calls": calls}), **headers)
    for number, result in enumerate(msgspec.msgpack.decode(reply.content)["results"]):
        env = gymnasium.make("Pendulum-v1")
        env.reset(seed=number)
        assert result["observation"]["data"] == env.step(actions[number])[0].tobytes()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"calls": 1},
        {"calls": [1]},
        {"calls": [{"instance_id": UNKNOWN}]},
        {"calls": [{"action": 1}]},
        {"calls": [{"instance_id": 7, "action": 1}]},
        {"calls": [{"instance_id": UNKNOWN, "action": 1, "if_match": "1"}]},
        {"calls": [{"instance_id": UNKNOWN, "action": 1, "if_match": -1}]},
        {"calls": [{"instance_id": UNKNOWN, "action": 1}] * 1001},
    ],
)
def test_a_body_of_another_form_is_422(local: Api, body: dict[str, Any]) -> None:
    assert local.post("/v1/batch/step/", body).status == 422


def test_a_batch_may_be_empty(api: Api) -> None:
    assert api.post("/v1/batch/step/", {"calls": []}).json == {"results": []}
    assert api.post("/v1/batch/reset/", {"calls": []}).json == {"results": []}


def test_what_would_make_the_reply_too_long_is_not_applied(settings: Settings) -> None:
    with served("local", dataclasses.replace(settings, max_reply_bytes=100)) as client:
        api = Api(client)
        [instance] = ids(api, 1)
        calls = [{"instance_id": instance, "seed": 1}] * 8
        results = api.post("/v1/batch/reset/", {"calls": calls}).json["results"]
        applied = [result["status"] for result in results].count(200)
        assert 1 < applied < 8
        assert [result["status"] for result in results] == [200] * applied + [422] * (8 - applied)
        assert "GYM_HTTP_MAX_REPLY_BYTES" in results[-1]["problem"]["detail"]
        assert api.get(f"/v1/envs/{instance}").json["revision"] == applied


def test_a_batch_touches_only_its_owners_instances(settings: Settings) -> None:
    keyed = dataclasses.replace(settings, api_keys=(("ann", "a"), ("bob", "b")))
    with served("local", keyed) as client:
        api = Api(client)
        ann, bob = {"authorization": "Bearer a"}, {"authorization": "Bearer b"}
        instance = api.post("/v1/envs/", {"env_id": "CartPole-v1"}, **ann).json["instance_id"]
        body = {"calls": [{"instance_id": instance}]}
        assert api.post("/v1/batch/reset/", body).status == 401
        assert api.post("/v1/batch/reset/", body, **bob).json["results"][0]["status"] == 404
        assert api.post("/v1/batch/reset/", body, **ann).json["results"][0]["status"] == 200


def test_on_a_store_that_is_far_the_calls_are_saved_at_the_same_time(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write waits here until three are under way."""
    under_way: list[str] = []
    together = asyncio.Event()
    put: Any = SQLiteStore.put

    async def waiting(store: Store, key: str, *arguments: Any) -> Any:
        if key.startswith("state/"):
            under_way.append(key)
            if len(under_way) == 3:
                together.set()
            await asyncio.wait_for(together.wait(), 60)
        return await put(store, key, *arguments)

    class Far(SQLiteStore):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            self.capabilities = msgspec.structs.replace(self.capabilities, remote=True)

    monkeypatch.setattr(service, "open_store", Far.from_address)
    with served("local", settings) as client:
        instances = ids(Api(client), 3)
        monkeypatch.setattr(SQLiteStore, "put", waiting)
        reply = Api(client).post("/v1/batch/reset/", {"calls": [{"instance_id": each} for each in instances]})
    assert [result["status"] for result in reply.json["results"]] == [200, 200, 200]


def test_a_store_that_fails_is_each_calls_own_problem(local: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    instances = ids(local, 2)
    put: Any = SQLiteStore.put

    async def failing(store: Store, key: str, *arguments: Any) -> Any:
        if instances[0] in key:
            raise StoreUnavailable("The store is away.")
        return await put(store, key, *arguments)

    monkeypatch.setattr(SQLiteStore, "put", failing)
    calls = [{"instance_id": each} for each in instances]
    results = local.post("/v1/batch/reset/", {"calls": calls}).json["results"]
    assert [result["status"] for result in results] == [503, 200]
