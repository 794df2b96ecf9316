"""What goes beyond the predecessor: creation, records, spaces, revisions, keys."""

import dataclasses
from typing import Any

import gymnasium
import numpy as np
import pytest

from shared.settings import Settings
from shared.wire.spaces.description import rebuild
from tests.applications import Api, served


def floats(array: Any) -> list[float]:
    return [float(value) for value in array]


def test_kwargs_reach_the_constructor(api: Api) -> None:
    instance = api.create("CartPole-v1", kwargs={"sutton_barto_reward": True})
    api.post(f"{instance}/reset/", {"seed": 1})
    assert api.post(f"{instance}/step/", {"action": 1}).json["reward"] == 0.0


def test_max_episode_steps_truncates(api: Api) -> None:
    instance = api.create("MountainCar-v0", max_episode_steps=2)
    api.post(f"{instance}/reset/", {"seed": 1})
    ends = [api.post(f"{instance}/step/", {"action": 1}).json["truncated"] for _ in range(2)]
    assert ends == [False, True]


def test_wrappers_are_applied_innermost_first_and_keep_their_state(api: Api) -> None:
    low, high = np.float32(-1), np.float32(1)
    env = gymnasium.wrappers.FrameStackObservation(
        gymnasium.wrappers.RescaleAction(gymnasium.make("Pendulum-v1"), low, high), 3
    )
    wrappers = [
        {"name": "RescaleAction", "kwargs": {"min_action": -1, "max_action": 1}},
        {"name": "FrameStackObservation", "kwargs": {"stack_size": 3}},
    ]
    instance = api.create("Pendulum-v1", wrappers=wrappers)
    env.reset(seed=4)
    api.post(f"{instance}/reset/", {"seed": 4})
    for action in (0.5, -1.0, 0.25):
        observation = env.step([action])[0]
        reply = api.post(f"{instance}/step/", {"action": [action]})
        assert reply.json["observation"] == [floats(row) for row in observation]
    assert api.get(f"{instance}/observation_space/").json["shape"] == [3, 3]


def test_the_seed_of_creation_seeds_the_first_reset_and_the_spaces(api: Api) -> None:
    env = gymnasium.make("CartPole-v1")
    env.action_space.seed(9)
    instance = api.create(seed=9)
    assert api.post(f"{instance}/reset/").json["observation"] == floats(env.reset(seed=9)[0])
    assert api.post(f"{instance}/reset/").json["observation"] == floats(env.reset()[0])
    for _ in range(5):
        assert api.post(f"{instance}/action_space/sample/").json == {"sample": int(env.action_space.sample())}


def test_a_seed_of_the_first_reset_wins_over_that_of_creation(local: Api) -> None:
    instance = local.create(seed=9)
    expected = floats(gymnasium.make("CartPole-v1").reset(seed=10)[0])
    assert local.post(f"{instance}/reset/", {"seed": 10}).json["observation"] == expected


def test_autoreset_next_step_begins_the_episode_on_the_step_after_the_end(api: Api) -> None:
    instance = api.create("MountainCar-v0", max_episode_steps=1, autoreset="NextStep", seed=2)
    api.post(f"{instance}/reset/")
    assert api.post(f"{instance}/step/", {"action": 1}).json["truncated"] is True
    reply = api.post(f"{instance}/step/", {"action": 1}).json
    assert (reply["reward"], reply["truncated"]) == (0.0, False)
    record = api.get(instance).json
    assert (record["episode"], record["steps"]) == (2, 0)


def test_autoreset_same_step_hands_out_what_ended_in_info(api: Api) -> None:
    instance = api.create("MountainCar-v0", max_episode_steps=1, autoreset="SameStep", seed=2)
    api.post(f"{instance}/reset/")
    reply = api.post(f"{instance}/step/", {"action": 1}).json
    assert reply["truncated"] is True
    assert reply["info"]["final_obs"] != reply["observation"]
    assert reply["info"]["final_info"] == {}
    assert api.get(instance).json["episode"] == 2


def test_a_record_tells_how_far_an_instance_is(api: Api) -> None:
    instance = api.create("CartPole-v1", render_mode="rgb_array", seed=3)
    api.post(f"{instance}/reset/")
    for _ in range(3):
        api.post(f"{instance}/step/", {"action": 1})
    record = api.get(instance).json
    assert (record["env_id"], record["render_mode"], record["seed"]) == ("CartPole-v1", "rgb_array", 3)
    assert (record["episode"], record["steps"], record["episode_return"]) == (1, 3, 3.0)
    assert (record["revision"], record["mechanism"]) == (4, "classic-control")
    assert record["created"] < record["used"]


def test_every_reply_about_an_instance_carries_its_revision(api: Api) -> None:
    instance = api.create()
    tags = [
        api.get(instance).headers["etag"],
        api.post(f"{instance}/reset/").headers["etag"],
        api.post(f"{instance}/step/", {"action": 0}).headers["etag"],
        api.get(f"{instance}/action_space/").headers["etag"],
        api.post(f"{instance}/action_space/sample/").headers["etag"],
        api.get(instance).headers["etag"],
    ]
    assert tags == ['"0"', '"1"', '"2"', '"2"', '"3"', '"3"']


def test_a_call_conditional_on_another_revision_is_412_and_not_applied(api: Api) -> None:
    instance = api.create()
    api.post(f"{instance}/reset/")
    reply = api.post(f"{instance}/step/", {"action": 0}, **{"if-match": '"0"'})
    assert (reply.status, reply.json["revision"]) == (412, 1)
    assert api.post(f"{instance}/step/", {"action": 0}, **{"if-match": '"1"'}).status == 200
    assert api.post(f"{instance}/step/", {"action": 0}, **{"if-match": "*"}).status == 200


@pytest.mark.parametrize("env_id", ["CartPole-v1", "Pendulum-v1", "Blackjack-v1", "FrozenLake-v1", "Taxi-v4"])
def test_a_client_rebuilds_equal_spaces(local: Api, env_id: str) -> None:
    env = gymnasium.make(env_id)
    instance = local.create(env_id)
    assert rebuild(local.get(f"{instance}/action_space/").json) == env.action_space
    assert rebuild(local.get(f"{instance}/observation_space/").json) == env.observation_space


def test_contains_judges_a_value_as_an_action_would_be(api: Api) -> None:
    instance = api.create("Pendulum-v1")
    for value, member in [([0.5], True), ([3.0], False), (0.5, False), ("x", False), (None, False)]:
        reply = api.post(f"{instance}/action_space/contains/", {"value": value})
        assert reply.json == {"contains": member}
    reply = api.post(f"{instance}/observation_space/contains/", {"value": [1.0, 0.0, -8.0]})
    assert reply.json == {"contains": True}
    assert api.get(instance).json["revision"] == 0


def test_health_tells_of_the_store_and_the_versions(api: Api) -> None:
    reply = api.get("/v1/health/").json
    assert (reply["status"], reply["gymnasium"]) == ("ok", gymnasium.__version__)
    assert reply["store"] in ("sqlite", "s3")


def test_a_page_of_any_origin_may_call_and_read_the_revision(local: Api) -> None:
    reply = local.get("/v1/envs/", origin="https://example.com")
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "ETag" in reply.headers["access-control-expose-headers"]
    preflight = local.client.send(
        "OPTIONS",
        "/v1/envs/",
        None,
        {
            "origin": "null",
            "access-control-request-method": "POST",
            "access-control-request-headers": "content-type,idempotency-key",
        },
    )
    assert preflight.status == 200
    assert int(preflight.headers["access-control-max-age"]) >= 600


def test_origins_may_be_limited(settings: Settings) -> None:
    limited = dataclasses.replace(settings, cors_origins=("https://good.example",))
    with served("local", limited) as client:
        allowed = Api(client).get("/v1/envs/", origin="https://good.example").headers
        refused = Api(client).get("/v1/envs/", origin="https://bad.example").headers
    assert allowed["access-control-allow-origin"] == "https://good.example"
    assert "access-control-allow-origin" not in refused


class TestApiKeys:
    @pytest.fixture
    def keyed(self, settings: Settings) -> Settings:
        return dataclasses.replace(
            settings, api_keys=(("ann", "secret-a"), ("ann", "rotated"), ("bob", "secret-b"))
        )

    def test_a_call_without_a_key_is_401(self, keyed: Settings) -> None:
        with served("local", keyed) as client:
            api = Api(client)
            for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Basic secret-a"}):
                reply = api.get("/v1/envs/", **headers)
                assert (reply.status, reply.headers["www-authenticate"]) == (401, "Bearer")
            assert api.get("/v1/health/").status == 200

    def test_a_key_sees_and_touches_only_its_owners_instances(self, keyed: Settings) -> None:
        with served("each alone", keyed) as client:
            api = Api(client)
            ann, other, bob = ({"authorization": f"Bearer {key}"} for key in ("secret-a", "rotated", "secret-b"))
            created = api.post("/v1/envs/", {"env_id": "CartPole-v1"}, **ann).json["instance_id"]
            assert api.get("/v1/envs/", **other).json == {created: "CartPole-v1"}
            assert api.get("/v1/envs/", **bob).json == {}
            assert api.post(f"/v1/envs/{created}/reset/", **bob).status == 404
            assert api.delete(f"/v1/envs/{created}/", **bob).status == 404
            assert api.post(f"/v1/envs/{created}/reset/", **other).status == 200


def test_the_timer_of_a_deployment_sweeps_once(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from functions.sweep import handler

    monkeypatch.setenv("GYM_HTTP_STORE", f"sqlite:///{tmp_path}/snapshots.db")
    assert handler({}, None) == {"instances": 0, "index_entries": 0, "checkpoints": 0, "tombstones": 0}


def test_an_interface_is_that_of_the_environment_in_process(api: Api) -> None:
    options = {"max_episode_steps": 9, "kwargs": {"is_slippery": False}, "render_mode": "ansi"}
    instance = api.create("FrozenLake-v1", wrappers=[{"name": "RecordEpisodeStatistics"}], **options)
    env = gymnasium.wrappers.RecordEpisodeStatistics(
        gymnasium.make("FrozenLake-v1", render_mode="ansi", max_episode_steps=9, is_slippery=False)
    )
    told = api.get(f"{instance}/interface/").json
    assert env.spec is not None
    assert told["spec"] == {
        **{field: getattr(env.spec, field) for field in told["spec"]},
        "additional_wrappers": [dataclasses.asdict(wrapper) for wrapper in env.spec.additional_wrappers],
    }
    assert (told["metadata"], told["render_mode"], told["num_envs"]) == (env.metadata, "ansi", None)
    assert rebuild(told["spaces"]["action_space"]) == env.action_space
    assert rebuild(told["spaces"]["observation_space"]) == env.observation_space
