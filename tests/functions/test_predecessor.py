"""The dialect of gymnasium-http-api: its requests, its replies, its key names and numbers."""

import base64
import io
import re
from typing import Any

import gymnasium
import numpy as np
import pytest
from PIL import Image

from tests.applications import Api

UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def doubles(array: Any) -> list[float]:
    """What a client with doubles reads where the environment has `array`."""
    return [float(value) for value in np.asarray(array).ravel()]


def test_creation_replies_with_a_uuid4_alone(api: Api) -> None:
    reply = api.post("/v1/envs/", {"env_id": "CartPole-v1"})
    assert reply.status == 200
    assert [*reply.json] == ["instance_id"]
    assert UUID4.fullmatch(reply.json["instance_id"])


def test_a_list_is_a_bare_map_from_instance_to_env_id(api: Api) -> None:
    cart, lake = api.create("CartPole-v1"), api.create("FrozenLake-v1")
    assert api.get("/v1/envs/").json == {
        cart.rpartition("/")[2]: "CartPole-v1",
        lake.rpartition("/")[2]: "FrozenLake-v1",
    }


@pytest.mark.filterwarnings("ignore:.*You are calling 'step\\(\\)' even though")
def test_an_episode_has_the_numbers_of_the_environment_in_process(api: Api) -> None:
    """Every observation is the float64 of the environment's own float32."""
    env = gymnasium.make("CartPole-v1")
    instance = api.create("CartPole-v1")
    observation, info = env.reset(seed=42)
    assert api.post(f"{instance}/reset/", {"seed": 42}).json == {"observation": doubles(observation), "info": info}
    for action in [1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]:
        observation, reward, terminated, truncated, info = env.step(action)
        assert api.post(f"{instance}/step/", {"action": action}).json == {
            "observation": doubles(observation),
            "reward": reward,
            "terminated": terminated,
            "truncated": truncated,
            "info": info,
        }


@pytest.mark.parametrize("body", [b"", b"{}", b"null"])
def test_a_reset_takes_an_empty_body_an_empty_object_and_null(api: Api, body: bytes) -> None:
    assert [*api.post(f"{api.create()}/reset/", body).json] == ["observation", "info"]


def test_a_reset_takes_options(api: Api) -> None:
    instance = api.create("CartPole-v1")
    reply = api.post(f"{instance}/reset/", {"seed": 1, "options": {"low": 0.01, "high": 0.02}})
    assert all(0.01 <= value <= 0.02 for value in reply.json["observation"])


def test_a_discrete_observation_is_a_bare_integer_and_a_tuple_a_list(api: Api) -> None:
    assert api.post(f"{api.create('FrozenLake-v1')}/reset/", {"seed": 0}).json["observation"] == 0
    blackjack = api.post(f"{api.create('Blackjack-v1')}/reset/", {"seed": 0}).json["observation"]
    assert [type(item) for item in blackjack] == [int, int, int]


def test_spaces_are_flat_with_words_for_infinity(api: Api) -> None:
    instance = api.create("CartPole-v1")
    action = api.get(f"{instance}/action_space/").json
    assert (action["name"], action["n"], action["shape"]) == ("Discrete", 2, [])
    observation = api.get(f"{instance}/observation_space/").json
    assert (observation["name"], observation["shape"]) == ("Box", [4])
    assert observation["low"] == [-4.800000190734863, "-Infinity", -0.41887903213500977, "-Infinity"]
    assert observation["high"] == [4.800000190734863, "Infinity", 0.41887903213500977, "Infinity"]


@pytest.mark.parametrize("body", [None, b"{}"])
def test_a_close_replies_with_the_sentence_and_the_next_call_is_404(api: Api, body: bytes | None) -> None:
    instance = api.create()
    reply = api.client.send("DELETE", f"{instance}/", body)
    assert (reply.status, reply.json) == (200, {"message": "Environment closed and deleted."})
    again = api.delete(f"{instance}/")
    assert (again.status, again.json["detail"]) == (404, "Instance not found")
    assert api.get("/v1/envs/").json == {}


def picture(data: str) -> np.ndarray[Any, Any]:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))


def test_rgb_array_is_a_png_of_the_very_frame(api: Api) -> None:
    env = gymnasium.make("CartPole-v1", render_mode="rgb_array")
    env.reset(seed=3)
    instance = api.create("CartPole-v1", render_mode="rgb_array")
    api.post(f"{instance}/reset/", {"seed": 3})
    reply = api.get(f"{instance}/monitor/render/").json
    assert (reply["render_mode"], reply["content_type"], reply["encoding"]) == ("rgb_array", "image/png", "base64")
    assert np.array_equal(picture(reply["data"]), env.render())  # type: ignore[arg-type]


def test_rgb_array_list_holds_the_frames_since_the_last_call(api: Api) -> None:
    instance = api.create("MountainCar-v0", render_mode="rgb_array_list")
    api.post(f"{instance}/reset/", {"seed": 3})
    api.post(f"{instance}/step/", {"action": 2})
    reply = api.post(f"{instance}/render/").json
    assert (reply["content_type"], reply["encoding"]) == ("image/png", "base64")
    assert [picture(frame).shape for frame in reply["data"]] == [(400, 600, 3)] * 2
    assert api.post(f"{instance}/render/").json["data"] == []
    api.post(f"{instance}/step/", {"action": 2})
    assert len(api.post(f"{instance}/render/").json["data"]) == 1


def test_ansi_is_the_text_itself(api: Api) -> None:
    env = gymnasium.make("FrozenLake-v1", render_mode="ansi")
    env.reset(seed=3)
    instance = api.create("FrozenLake-v1", render_mode="ansi")
    api.post(f"{instance}/reset/", {"seed": 3})
    assert api.get(f"{instance}/monitor/render/").json == {
        "render_mode": "ansi",
        "content_type": "text/plain",
        "encoding": "utf-8",
        "data": env.render(),
    }


@pytest.mark.parametrize("render_mode", [None, "human"])
def test_rendering_without_a_picture_is_400(api: Api, render_mode: str | None) -> None:
    instance = api.create("CartPole-v1", render_mode=render_mode)
    assert api.post(f"{instance}/reset/").status == 200
    assert api.get(f"{instance}/monitor/render/").status == 400
    assert api.get(f"{instance}/monitor/stream/").status == 400


@pytest.mark.parametrize("slash", ["", "/"])
def test_every_path_is_answered_with_and_without_its_last_slash(api: Api, slash: str) -> None:
    instance = "/v1/envs/" + api.post(f"/v1/envs{slash}", {"env_id": "CartPole-v1"}).json["instance_id"]
    statuses = [
        api.get(f"/v1/envs{slash}").status,
        api.post(f"{instance}/reset{slash}").status,
        api.post(f"{instance}/step{slash}", {"action": 0}).status,
        api.get(f"{instance}/action_space{slash}").status,
        api.get(f"{instance}/observation_space{slash}").status,
        api.post(f"{instance}/action_space/sample{slash}").status,
        api.post(f"{instance}/action_space/contains{slash}", {"value": 1}).status,
        api.get(f"{instance}{slash}").status,
        api.get(f"/v1/health{slash}").status,
        api.delete(f"{instance}{slash}").status,
    ]
    assert statuses == [200] * len(statuses)
