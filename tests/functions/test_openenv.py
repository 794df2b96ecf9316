"""OpenEnv's calls over HTTP, where an episode goes on by its name."""

import dataclasses

import gymnasium
import numpy as np
import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from functions import openenv
from shared.settings import Settings
from shared.web.app.application import create_app
from tests.applications import Api, served

LAKE = "/openenv/FrozenLake-v1"


def test_an_episode_goes_on_by_the_name_that_the_reset_gave_it(local: Api) -> None:
    env = gymnasium.make("FrozenLake-v1")
    env.reset(seed=2)
    begun = local.post(f"{LAKE}/reset", {"seed": 2}).json
    for _ in range(3):
        observation, reward, terminated, truncated, info = env.step(1)
        sent = {"action": {"action": 1}, "episode_id": begun["metadata"]["episode_id"], "timeout_s": 3}
        reply = local.post(f"{LAKE}/step", sent).json
        seen = {"observation": observation, "terminated": terminated, "truncated": truncated, "info": info}
        assert (reply["observation"], reply["reward"], reply["done"]) == (seen, reward, terminated)
    state = local.get(f"{LAKE}/state?instance_id={begun['metadata']['instance_id']}").json
    assert (state["step_count"], state["episode_id"]) == (3, begun["metadata"]["episode_id"])


def test_an_episode_goes_on_by_the_clients_own_name_and_begins_anew_at_a_reset(local: Api) -> None:
    first = local.post(f"{LAKE}/reset", {"seed": 2, "episode_id": "mine"}).json
    assert first["metadata"]["episode_id"] == "mine"
    local.post(f"{LAKE}/step", {"action": {"action": 1}, "episode_id": "mine"})
    assert local.get(f"{LAKE}/state?episode_id=mine").json["step_count"] == 1
    assert local.post(f"{LAKE}/reset", {"seed": 2, "episode_id": "mine"}).json == first
    assert local.get(f"{LAKE}/state?episode_id=mine").json["episode"] == 2
    assert local.get("/openenv/CartPole-v1/state?episode_id=mine").status == 404
    assert len(local.get("/v1/envs/").json) == 1


def test_a_call_that_names_no_episode_is_refused_with_openenvs_code(local: Api) -> None:
    for refused in (local.post(f"{LAKE}/step", {"action": {"action": 1}}), local.get(f"{LAKE}/state")):
        assert (refused.status, refused.json["code"]) == (422, "SESSION_ERROR")
    assert local.get(f"{LAKE}/state?episode_id=never").status == 404
    assert local.get(f"{LAKE}/state?instance_id=never").status == 404
    assert local.post(f"{LAKE}/step", {"action": 1, "episode_id": "a"}).status == 422
    assert local.post("/openenv/Nothing-v0/reset").status == 400


def test_a_vector_is_refused_before_anything_is_applied(local: Api) -> None:
    vector = local.create("CartPole-v1", num_envs=2)
    place = vector.replace("/v1/envs", "/openenv/instances")
    for call in (
        local.post(f"{place}/reset", {"seed": 1}),
        local.post(f"{place}/step", {"action": {"action": [0, 1]}}),
        local.get(f"{place}/schema"),
        local.get(f"{place}/metadata"),
    ):
        assert (call.status, call.json["code"]) == (422, "SESSION_ERROR")
        assert "vector" in call.json["detail"]
    assert local.get(f"{vector}/").json["revision"] == 0


def test_an_instance_is_continued_under_its_own_address(local: Api) -> None:
    instance = local.post(f"{LAKE}/reset", {"seed": 2}).json["metadata"]["instance_id"]
    place = f"/openenv/instances/{instance}"
    assert local.post(f"{place}/step", {"action": {"action": 1}}).status == 200
    assert local.get(f"{place}/state").json["step_count"] == 1
    assert local.post(f"{place}/reset").json["metadata"]["episode_id"] == f"{instance}.2"
    assert local.get(f"{place}/metadata").json["name"] == "FrozenLake-v1"
    assert local.get(f"{place}/schema").json == local.get(f"{LAKE}/schema").json
    assert local.get("/openenv/instances/x/state").status == 404


@pytest.mark.parametrize(
    "env_id", ["FrozenLake-v1", "CartPole-v1", "Pendulum-v1", "LunarLander-v3", "Blackjack-v1"]
)
def test_the_schema_describes_what_is_sent_and_received(local: Api, env_id: str) -> None:
    schema = local.get(f"/openenv/{env_id}/schema").json
    action, observation = Draft202012Validator(schema["action"]), Draft202012Validator(schema["observation"])
    instance = local.post(f"/openenv/{env_id}/reset", {"seed": 1}).json["metadata"]["instance_id"]
    drawn = local.post(f"/v1/envs/{instance}/action_space/sample/").json["sample"]
    action.validate({"action": drawn})
    assert not action.is_valid({"action": "left"})
    assert not action.is_valid({})
    reply = local.post(f"/openenv/{env_id}/step", {"action": {"action": drawn}, "instance_id": instance}).json
    observation.validate(reply["observation"])
    Draft202012Validator(schema["state"]).validate(local.get(f"/openenv/instances/{instance}/state").json)
    assert schema["action"]["space"]["name"]


def test_a_picture_is_lists_of_numbers_in_json(settings: Settings) -> None:
    with served("local", dataclasses.replace(settings, env_modules=("ale_py",))) as client:
        reply = Api(client).post("/openenv/ALE/Pong-v5/reset", {"seed": 1}).json
        observation = np.array(reply["observation"]["observation"])
        assert observation.shape == (210, 160, 3)
        with (
            TestClient(create_app(openenv.router, settings=settings)) as other,
            other.websocket_connect(f"/openenv/instances/{reply['metadata']['instance_id']}/ws") as socket,
        ):
            socket.send_text('{"type": "reset", "data": {"seed": 1}}')
            told = socket.receive_json()["data"]["observation"]["observation"]
            assert np.array_equal(told, observation)


def test_a_server_says_that_it_is_there(local: Api) -> None:
    assert local.get(f"{LAKE}/health").json == {"status": "healthy"}
    assert local.get("/openenv/ALE/Pong-v5/metadata").json["name"] == "ALE/Pong-v5"
