"""A seed is any non-negative integer, on every path that takes one, and survives a cold load."""

import gymnasium
import msgspec
import numpy as np
import pytest

from tests.applications import Api

SEEDS = [2**63, 2**64 - 1, 2**127 + 1]


@pytest.mark.parametrize("env_id", ["CartPole-v1", "FrozenLake-v1", "LunarLander-v3", "ALE/Pong-v5", "Hopper-v5"])
def test_a_long_seed_begins_the_episode_that_it_begins_in_process(local: Api, env_id: str) -> None:
    seed = SEEDS[-1]
    env = gymnasium.make(env_id)
    expected = np.asarray(env.reset(seed=seed)[0]).tolist()
    created = local.create(env_id, seed=seed)
    assert local.post(f"{created}/reset/").json["observation"] == expected
    assert local.post(f"{created}/reset/", {"seed": seed}).json["observation"] == expected
    assert local.get(created).json["seed"] == str(seed)


def test_every_path_takes_a_long_seed_and_every_function_loads_it_again(api: Api) -> None:
    for seed in SEEDS:
        instance = api.create("CartPole-v1", seed=seed)
        first = api.post(f"{instance}/reset/").json
        for sent in (seed, str(seed)):
            assert api.post(f"{instance}/reset/", {"seed": sent}).json == first
        packed = msgspec.msgpack.encode({"seed": str(seed)})
        reply = api.client.send(
            "POST",
            f"{instance}/reset/",
            packed,
            {"content-type": "application/msgpack", "accept": "application/json"},
        )
        assert reply.status == 200
        assert reply.json == first
        vector = api.create("CartPole-v1", num_envs=2, seed=seed)
        assert api.post(f"{vector}/reset/").json["observation"][0] == first["observation"]
        each = api.post(f"{vector}/reset/", {"seed": [seed, None]}).json
        assert each["observation"][0] == first["observation"]
        [twin] = api.post(f"{instance}/fork/", {"reseed": seed}).json["instance_ids"]
        assert api.post(f"/v1/envs/{twin}/step/", {"action": 1}).status == 200
        assert api.post(f"/v1/envs/{twin}/reset/").status == 200
        call = {"instance_id": instance.rpartition("/")[2], "seed": seed}
        [batched] = api.post("/v1/batch/reset/", {"calls": [call]}).json["results"]
        assert batched["observation"] == first["observation"]
        old = api.post("/legacy/v1/envs/", {"env_id": "CartPole-v1", "seed": seed})
        assert old.status == 200
        observed = api.post(f"/legacy/v1/envs/{old.json['instance_id']}/reset/").json
        assert observed["observation"] == first["observation"]
