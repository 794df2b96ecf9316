"""`num_envs` makes a vector environment that answers as `gymnasium.vector` does."""

from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from shared.wire.spaces.description import rebuild
from tests.applications import Api


def local_vector(mode: str = "NextStep", **kwargs: Any) -> SyncVectorEnv:
    return SyncVectorEnv([lambda: gymnasium.make("CartPole-v1", **kwargs)] * 3, autoreset_mode=AutoresetMode(mode))


@pytest.mark.parametrize("autoreset", [None, "NextStep", "SameStep"])
def test_batches_are_those_of_gymnasiums_vector(api: Api, autoreset: str | None) -> None:
    env = local_vector(autoreset or "NextStep", max_episode_steps=4)
    instance = api.create("CartPole-v1", num_envs=3, max_episode_steps=4, autoreset=autoreset)
    observations, _ = env.reset(seed=8)
    reply = api.post(f"{instance}/reset/", {"seed": 8}).json
    assert reply["observation"] == observations.astype(float).tolist()
    for action in ([0, 1, 0], [1, 1, 1], [0, 0, 1], [1, 0, 1], [1, 1, 0], [0, 1, 1]):
        observations, rewards, terminated, truncated, _ = env.step(np.array(action))
        reply = api.post(f"{instance}/step/", {"action": action}).json
        if autoreset != "SameStep":  # there an ended environment draws its unseeded reset as the local one does
            assert reply["observation"] == observations.astype(float).tolist()
        assert reply["reward"] == rewards.tolist()
        assert (reply["terminated"], reply["truncated"]) == (terminated.tolist(), truncated.tolist())


def test_the_spaces_are_the_batched_ones(local: Api) -> None:
    instance = local.create("CartPole-v1", num_envs=3)
    assert rebuild(local.get(f"{instance}/action_space/").json) == local_vector().action_space
    assert rebuild(local.get(f"{instance}/observation_space/").json) == local_vector().observation_space


def test_some_of_them_are_reset_by_a_mask(local: Api) -> None:
    instance = local.create("CartPole-v1", num_envs=3, autoreset="Disabled")
    local.post(f"{instance}/reset/", {"seed": 8})
    before = local.post(f"{instance}/step/", {"action": [1, 1, 1]}).json["observation"]
    reply = local.post(f"{instance}/reset/", {"options": {"reset_mask": [0, 1, 0]}}).json["observation"]
    assert [one == other for one, other in zip(before, reply, strict=True)] == [True, False, True]
    reply = local.post(f"{instance}/reset/", {"options": {"reset_mask": [0, 7]}})
    assert (reply.status, "reset_mask" in reply.json["detail"]) == (422, True)


def test_a_picture_is_a_list_of_pictures_and_there_is_no_stream(local: Api) -> None:
    instance = local.create("CartPole-v1", num_envs=2, render_mode="rgb_array")
    local.post(f"{instance}/reset/")
    assert [type(each) for each in local.get(f"{instance}/monitor/render/").json["data"]] == [str, str]
    assert local.get(f"{instance}/monitor/stream/").status == 400


def test_a_fork_of_a_vector_is_a_twin(api: Api) -> None:
    instance = api.create("CartPole-v1", num_envs=2)
    api.post(f"{instance}/reset/", {"seed": 8})
    twin = "/v1/envs/" + api.post(f"{instance}/fork/").json["instance_ids"][0]
    for path, body in [("step/", {"action": [1, 0]}), ("reset/", {}), ("step/", {"action": [0, 0]})]:
        assert api.post(f"{instance}/{path}", body).json == api.post(f"{twin}/{path}", body).json


@pytest.mark.parametrize("num_envs", [0, 257, 1.5, "3", True])
def test_a_number_out_of_bounds_is_422(local: Api, num_envs: Any) -> None:
    assert local.post("/v1/envs/", {"env_id": "CartPole-v1", "num_envs": num_envs}).status == 422


def test_an_action_for_each_is_needed(local: Api) -> None:
    instance = local.create("CartPole-v1", num_envs=2)
    local.post(f"{instance}/reset/")
    assert local.post(f"{instance}/step/", {"action": [1]}).status == 422


def test_an_interface_has_the_spaces_of_all_and_of_each(local: Api) -> None:
    instance = local.create("CartPole-v1", num_envs=3, max_episode_steps=7, autoreset="SameStep")
    told = local.get(f"{instance}/interface/").json
    env = local_vector("SameStep")
    assert rebuild(told["spaces"]["action_space"]) == env.action_space
    assert rebuild(told["spaces"]["single_observation_space"]) == env.single_observation_space
    assert (told["num_envs"], told["metadata"]["autoreset_mode"]) == (3, "SameStep")
    assert (told["spec"]["id"], told["spec"]["max_episode_steps"]) == ("CartPole-v1", 7)
    assert told["spec"]["additional_wrappers"] == []


def test_each_of_them_may_have_a_seed_of_its_own(local: Api) -> None:
    instance = local.create("CartPole-v1", num_envs=3)
    reply = local.post(f"{instance}/reset/", {"seed": [5, 8, 5]}).json["observation"]
    assert reply == local_vector().reset(seed=[5, 8, 5])[0].astype(float).tolist()
    for seeds in ([5, 8], [5, 8, -1], []):
        reply = local.post(f"{instance}/reset/", {"seed": seeds})
        assert (reply.status, "seed" in reply.json["detail"]) == (422, True)
    assert local.post(f"{local.create()}/reset/", {"seed": [5]}).status == 422
