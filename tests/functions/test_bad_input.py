"""Nothing that a client sends gives a 5xx, and after every error the instance is where it was."""

from typing import Any

import gymnasium
import numpy as np
import pytest

from shared.settings import Settings
from tests.applications import Api, served

UNKNOWN = "/v1/envs/00000000-0000-4000-8000-000000000000"


def problem(reply: Any, status: int, name: str) -> str:
    """The sentence of a reply that has to be this problem."""
    assert reply.headers["content-type"] == "application/problem+json"
    assert (reply.status, reply.json["status"]) == (status, status), reply.content
    assert reply.json["type"] == f"urn:gym-http:problem:{name}"
    detail: str = reply.json["detail"]
    return detail


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("DELETE", "/"),
        ("POST", "/reset/"),
        ("POST", "/step/"),
        ("GET", "/action_space/"),
        ("POST", "/observation_space/sample/"),
        ("GET", "/monitor/render/"),
        ("GET", "/monitor/stream/"),
    ],
)
@pytest.mark.parametrize("instance", [UNKNOWN, "/v1/envs/nonsense", "/v1/envs/a%20b", "/v1/envs/%00"])
def test_an_unknown_instance_is_404(local: Api, method: str, path: str, instance: str) -> None:
    reply = local.client.send(method, instance + path, b'{"action": 0}')
    assert problem(reply, 404, "instance-not-found") == "Instance not found"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"env_id": "Nothing-v0"}, "Environment `Nothing` doesn't exist"),
        ({"env_id": "CartPole-v99"}, "CartPole"),
        ({"env_id": "Taxi-v3"}, "Environment version v3 for `Taxi` is deprecated"),
        ({"env_id": "a b/c:d"}, "GYM_HTTP_ENV_MODULES"),
        ({"env_id": "os:CartPole-v1"}, "The module 'os' is not among those"),
        ({"env_id": ""}, "Malformed"),
        ({"env_id": "CartPole-v1", "kwargs": {"nothing": 1}}, "unexpected keyword argument 'nothing'"),
        (
            {"env_id": "CartPole-v1", "render_mode": "hologram"},
            "no render mode 'hologram'; it has human, rgb_array",
        ),
        ({"env_id": "CartPole-v1", "max_episode_steps": 0}, "max_episode_steps"),
        ({"env_id": "CartPole-v1", "wrappers": [{"name": "RecordVideo"}]}, "No wrapper 'RecordVideo'"),
        (
            {
                "env_id": "CartPole-v1",
                "wrappers": [{"name": "FrameStackObservation", "kwargs": {"stack_size": 10**7}}],
            },
            "FrameStackObservation cannot take stack_size=10000000",
        ),
        ({"env_id": "CartPole-v1", "wrappers": [{"name": "TimeLimit", "kwargs": {"x": 1}}]}, "no parameter 'x'"),
        ({"env_id": "CartPole-v1", "wrappers": [{"name": "AtariPreprocessing"}]}, ""),
        ({"env_id": "Ant-v5", "kwargs": {"xml_file": "ant"}}, "names a file"),
        ({"env_id": "Ant-v5", "kwargs": {"anything": ["x", "/etc/passwd"]}}, "names a file"),
        ({"env_id": "Ant-v5", "kwargs": {"a": {"b": "..\\secret"}}}, "names a file"),
        ({"env_id": "Ant-v5", "kwargs": {"a": "model.xml"}}, "names a file"),
    ],
)
def test_what_gymnasium_cannot_make_is_400_in_its_words(local: Api, body: dict[str, Any], words: str) -> None:
    assert words in problem(local.post("/v1/envs/", body), 400, "not-creatable")
    assert local.get("/v1/envs/").json == {}


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"{", "Invalid JSON"),
        (b"[]", "body"),
        (b'"CartPole-v1"', "body"),
        (b"{}", "env_id"),
        (b'{"env_id": 7}', "env_id"),
        (b'{"env_id": "CartPole-v1", "seed": -1}', "seed"),
        (b'{"env_id": "CartPole-v1", "seed": 1.5}', "seed"),
        (b'{"env_id": "CartPole-v1", "seed": "01"}', "seed"),
        (b'{"env_id": "CartPole-v1", "seed": true}', "seed"),
        (b'{"env_id": "CartPole-v1", "seed": %d}' % (1 << 4096), "seed"),
        (b'{"env_id": "CartPole-v1", "kwargs": {"a": 36893488147419103232}}', "kwargs"),
        (b'{"env_id": "CartPole-v1", "kwargs": ' + b'{"a":' * 90 + b"1" + b"}" * 90 + b"}", "kwargs"),
        (b'{"env_id": "CartPole-v1", "autoreset": "sometimes"}', "autoreset"),
        (b'{"env_id": "CartPole-v1", "wrappers": "FlattenObservation"}', "wrappers"),
        (b"[" * 5000, "Invalid JSON"),
        (b'{"env_id": "\\ud800"}', ""),
        (b"\xff{", "Invalid JSON"),
    ],
)
def test_a_body_of_another_form_is_422_and_names_the_place(local: Api, body: bytes, place: str) -> None:
    reply = local.post("/v1/envs/", body)
    assert reply.status in (400, 422)
    assert place in reply.json["detail"]


def test_a_list_of_seeds_is_for_a_vector_and_the_episode_goes_on(local: Api) -> None:
    instance = local.create()
    local.post(f"{instance}/reset/", {"seed": 5})
    assert "one for each" in problem(local.post(f"{instance}/reset/", {"seed": [1]}), 422, "invalid-value")
    assert local.get(instance).json["episode"] == 1


@pytest.mark.parametrize("seed", [-1, 1.5, "4_2", True, {}, 2**4096])
def test_a_seed_that_is_no_seed_is_422_and_the_episode_goes_on(local: Api, seed: Any) -> None:
    env = gymnasium.make("CartPole-v1")
    env.reset(seed=5)
    instance = local.create()
    local.post(f"{instance}/reset/", {"seed": 5})
    assert "seed" in problem(local.post(f"{instance}/reset/", {"seed": seed}), 422, "invalid-request")
    assert local.post(f"{instance}/step/", {"action": 0}).json["observation"] == [
        float(value) for value in env.step(0)[0]
    ]


@pytest.mark.parametrize("action", [2, -1, 0.5, "0", None, [0], {"a": 0}, 10**30, "x" * 5000, [[[]]]])
def test_an_action_outside_its_space_is_422_and_names_both(api: Api, action: Any) -> None:
    instance = api.create()
    api.post(f"{instance}/reset/", {"seed": 5})
    before = api.get(instance).json
    reply = api.post(f"{instance}/step/", {"action": action})
    assert "Discrete(2)" in problem(reply, 422, "invalid-action")
    assert reply.json["space"] == "Discrete(2)"
    assert len(reply.content) < 2500
    assert api.get(instance).json == before


def test_a_number_outside_a_box_is_the_environments_affair(local: Api) -> None:
    pendulum, walker = local.create("Pendulum-v1"), local.create("BipedalWalker-v3")
    for instance in (pendulum, walker):
        local.post(f"{instance}/reset/", {"seed": 5})
    clipped = local.post(f"{pendulum}/rollout/", {"actions": [[5.0], [-1e30]], "include": ["actions"]}).json
    assert clipped["actions"] == [[5.0], [float(np.float32(-1e30))]]
    refused = local.post(f"{walker}/step/", {"action": [0, 0, "NaN", 0]})
    assert "NaN" in problem(refused, 422, "environment-raised")
    assert local.post(f"{walker}/step/", {"action": [9, -9, "Infinity", 0]}).status == 200
    problem(local.post(f"{pendulum}/step/", {"action": [1, 2]}), 422, "invalid-action")


def test_an_action_that_is_missing_is_422(local: Api) -> None:
    instance = local.create()
    local.post(f"{instance}/reset/")
    assert "action" in problem(local.post(f"{instance}/step/", {}), 422, "invalid-request")


def test_a_step_before_the_first_reset_is_409_and_says_so(api: Api) -> None:
    instance = api.create()
    assert "reset" in problem(api.post(f"{instance}/step/", {"action": 0}), 409, "reset-needed")
    assert api.post(f"{instance}/reset/").status == 200


def test_a_frame_before_the_first_reset_is_409(local: Api) -> None:
    instance = local.create(render_mode="rgb_array")
    problem(local.get(f"{instance}/monitor/render/"), 409, "reset-needed")


def test_an_exception_of_the_environment_is_422_and_leaves_it_unchanged(api: Api) -> None:
    instance = api.create("CartPole-v1")
    api.post(f"{instance}/reset/", {"seed": 1})
    before = api.get(instance).json
    reply = api.post(f"{instance}/reset/", {"options": {"low": "x"}})
    problem(reply, 422, "environment-raised")
    assert reply.json["exception"] in reply.json["detail"]
    assert api.get(instance).json == before
    assert api.post(f"{instance}/step/", {"action": 1}).status == 200


def test_a_body_over_the_limit_is_413(settings: Settings) -> None:
    import dataclasses

    with served("local", dataclasses.replace(settings, max_body_bytes=100)) as client:
        api = Api(client)
        problem(api.post("/v1/envs/", b" " * 101), 413, "body-too-large")
        assert api.post("/v1/envs/", {"env_id": "CartPole-v1"}).status == 200


def test_a_frame_over_the_limit_is_400(settings: Settings) -> None:
    import dataclasses

    with served("local", dataclasses.replace(settings, max_frame_pixels=100)) as client:
        api = Api(client)
        instance = api.create(render_mode="rgb_array")
        api.post(f"{instance}/reset/")
        assert "600 x 400" in problem(api.get(f"{instance}/monitor/render/"), 400, "not-renderable")


def test_an_unknown_path_is_404_and_a_wrong_method_405_with_what_is_allowed(local: Api) -> None:
    problem(local.get("/v2/"), 404, "path-not-found")
    reply = local.client.send("PUT", f"{UNKNOWN}/", b"")
    problem(reply, 405, "method-not-allowed")
    assert reply.headers["allow"] == "DELETE, GET"


@pytest.mark.parametrize("revision", ["17", '"x"', 'w/"1"', '"1" "2"'])
def test_an_if_match_that_is_no_etag_of_an_instance_is_422(local: Api, revision: str) -> None:
    instance = local.create()
    problem(local.post(f"{instance}/reset/", None, **{"if-match": revision}), 422, "invalid-value")


def test_a_refusal_says_what_would_do(local: Api) -> None:
    instance = local.create()
    assert problem(local.post(f"{instance}/step/", {"action": 0}), 409, "reset-needed") == (
        "Cannot call env.step() before calling env.reset(). Call reset first."
    )
    neither = problem(local.post(f"{instance}/restore/", {}), 422, "invalid-request")
    assert neither == "body: send either checkpoint_id or revision, and not both (sent: {})."
    missing = local.post(f"{instance}/restore/", {"checkpoint_id": "none"})
    assert "/checkpoints/ lists those that it has" in problem(missing, 404, "checkpoint-not-found")
    assert "create one with render_mode rgb_array" in problem(
        local.post(f"{instance}/render/"), 400, "not-renderable"
    )
