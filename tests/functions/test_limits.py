"""Every limit that a client can reach is a 4xx that names it, and leaves things as they were."""

import dataclasses
from typing import Any

import pytest

from shared.settings import Settings
from tests.applications import Api, Reply, served


def refused(reply: Reply, status: int, name: str, *words: str) -> bool:
    told = reply.json["detail"]
    problem = (reply.status, reply.json["type"]) == (status, f"urn:gym-http:problem:{name}")
    return problem and all(word in told for word in words)


@pytest.mark.parametrize("mode", ["local", "each alone", "lambda"])
def test_an_environment_too_many_is_429_and_names_the_setting(mode: str, settings: Settings) -> None:
    with served(mode, dataclasses.replace(settings, max_envs=2)) as client:
        api = Api(client)
        first = api.create()
        api.create()
        assert refused(
            api.post("/v1/envs/", {"env_id": "CartPole-v1"}), 429, "quota-exceeded", "GYM_HTTP_MAX_ENVS"
        )
        assert refused(api.post(f"{first}/fork/"), 429, "quota-exceeded", "You have 2")
        assert len(api.get("/v1/envs/").json) == 2


def test_an_instance_in_use_goes_on_at_the_limit(settings: Settings) -> None:
    with served("local", dataclasses.replace(settings, max_envs=1)) as client:
        api = Api(client)
        instance = api.create()
        assert api.post(f"{instance}/reset/").status == 200
        assert api.delete(instance).status == 200
        api.create()


def test_a_snapshot_over_the_limit_is_422_and_the_instance_is_unchanged(settings: Settings) -> None:
    """Pictures that nobody fetches are part of the state."""
    with served("local", settings) as client:
        api = Api(client)
        instance = api.create(render_mode="rgb_array_list")
        api.post(f"{instance}/reset/", {"seed": 1})
    with served("local", dataclasses.replace(settings, max_snapshot_bytes=3000)) as client:
        api = Api(client)
        replies = [api.post(f"{instance}/step/", {"action": 1})]
        while replies[-1].status == 200 and len(replies) < 50:
            replies.append(api.post(f"{instance}/step/", {"action": len(replies) % 2}))
        assert refused(replies[-1], 422, "snapshot-too-large", "GYM_HTTP_MAX_SNAPSHOT_BYTES")
        before = api.get(instance).json
        assert before["steps"] == len(replies) - 1
        assert refused(api.post(f"{instance}/step/", {"action": 1}), 422, "snapshot-too-large")
        assert api.get(instance).json == before
        assert len(api.post(f"{instance}/render/").json["data"]) == before["steps"] + 1


def test_an_environment_whose_first_snapshot_is_over_the_limit_is_not_created(settings: Settings) -> None:
    with served("local", dataclasses.replace(settings, max_snapshot_bytes=10)) as client:
        api = Api(client)
        reply = api.post("/v1/envs/", {"env_id": "CartPole-v1"})
        assert refused(reply, 422, "snapshot-too-large")
        assert api.get("/v1/envs/").json == {}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"wrappers": [{"name": "ClipReward"}] * 17}, 422),
        ({"wrappers": [{"name": "FrameStackObservation", "kwargs": {"stack_size": 64}}] * 8}, 400),
        ({"num_envs": 257}, 422),
        ({"num_envs": 0}, 422),
        ({"kwargs": {"a": "x" * 20_000}}, 400),
        ({"env_id": "x" * 257}, 422),
        ({"render_mode": "x" * 65}, 422),
        ({"wrappers": [{"name": "x" * 65}]}, 422),
        ({"max_episode_steps": 1 << 41}, 422),
    ],
)
def test_what_is_asked_of_a_creation_is_bounded(local: Api, body: dict[str, Any], status: int) -> None:
    reply = local.post("/v1/envs/", {"env_id": "CartPole-v1", **body})
    assert reply.status == status
    assert len(reply.content) < 4000
    assert local.get("/v1/envs/").json == {}


def test_a_checkpoints_name_is_bounded(local: Api) -> None:
    assert local.post(f"{local.create()}/checkpoints/", {"name": "x" * 201}).status == 422


@pytest.mark.parametrize("mode", ["local", "each alone", "lambda"])
def test_bytes_too_many_are_429_and_name_the_setting(mode: str, settings: Settings) -> None:
    with served(mode, dataclasses.replace(settings, max_stored_bytes=10_000)) as client:
        api = Api(client)
        instance = api.create()
        words = ("GYM_HTTP_MAX_STORED_BYTES", "10000 is the most")
        assert refused(api.post(f"{instance}/fork/", {"count": 100}), 429, "quota-exceeded", *words)
        replies = [api.post(f"{instance}/checkpoints/") for _ in range(30)]
        assert replies[0].status == 200
        assert refused(replies[-1], 429, "quota-exceeded", *words)
        assert replies[-1].json["limit"] == 10_000
        assert api.post(f"{instance}/reset/").status == 200
        assert api.post(f"{instance}/checkpoints/").status == 429
    with served(mode, dataclasses.replace(settings, max_stored_bytes=1_000)) as client:
        assert refused(Api(client).post("/v1/envs/", {"env_id": "CartPole-v1"}), 429, "quota-exceeded", words[0])
