"""Every reply comes in the form that its client asks for, with the same values; bodies come in both."""

import base64
import gzip
from typing import Any

import gymnasium
import msgspec
import numpy as np
import pytest
from gymnasium.vector import SyncVectorEnv

from shared.codec import exact
from tests.applications import Api, Reply

MSGPACK = {"accept": "application/msgpack"}
SENT = {"content-type": "application/msgpack"}


def unpacked(reply: Reply) -> Any:
    assert reply.headers["content-type"] == "application/msgpack"
    return msgspec.msgpack.decode(reply.content)


def array(typed: dict[str, Any]) -> Any:
    data = typed["data"]
    raw = base64.b64decode(data) if isinstance(data, str) else data
    return np.frombuffer(raw, typed["dtype"]).reshape(typed["shape"])


def packed(body: Any) -> bytes:
    return msgspec.msgpack.encode(body)


def test_an_episode_in_msgpack_has_gymnasiums_own_arrays(api: Api) -> None:
    env = gymnasium.make("Pendulum-v1")
    created = api.post("/v1/envs/", packed({"env_id": "Pendulum-v1"}), **SENT, **MSGPACK)
    instance = f"/v1/envs/{unpacked(created)['instance_id']}"
    expected, _ = env.reset(seed=4)
    observation = array(
        unpacked(api.post(f"{instance}/reset/", packed({"seed": 4}), **SENT, **MSGPACK))["observation"]
    )
    assert (observation.dtype, observation.tobytes()) == (expected.dtype, expected.tobytes())
    for action in (np.array([0.5], np.float32), np.array([-2.0], np.float32)):
        typed = {"dtype": "float32", "shape": [1], "data": action.tobytes()}
        reply = unpacked(api.post(f"{instance}/step/", packed({"action": typed}), **SENT, **MSGPACK))
        expected, reward, terminated, truncated, info = env.step(action)
        assert array(reply["observation"]).tobytes() == expected.tobytes()
        assert (reply["reward"], reply["terminated"], reply["truncated"]) == (reward, terminated, truncated)
        assert reply["info"] == info


def test_pictures_are_the_same_in_json_and_in_msgpack(local: Api) -> None:
    wrappers = [{"name": "AddRenderObservation"}, {"name": "ResizeObservation", "kwargs": {"shape": [60, 90]}}]
    instance = local.create("CartPole-v1", render_mode="rgb_array", wrappers=wrappers)
    local.post(f"{instance}/reset/", {"seed": 1})
    for path, body in (("step/", {"action": 1}), ("rollout/", {"actions": [0, 1]})):
        twin = f"/v1/envs/{local.post(f'{instance}/fork/').json['instance_ids'][0]}"
        name = "observation" if path == "step/" else "observations"
        lists = local.post(f"{instance}/{path}", body).json[name]
        pictures = array(unpacked(local.post(f"{twin}/{path}", body, **MSGPACK))[name])
        assert pictures.shape[-3:] == (60, 90, 3)
        assert len(np.unique(pictures)) > 2
        assert lists == pictures.tolist()


def test_arrays_in_base64_are_the_same_in_json(api: Api) -> None:
    env = gymnasium.make("Pendulum-v1")
    instance = api.create("Pendulum-v1")
    expected, _ = env.reset(seed=4)
    reply = api.post(f"{instance}/reset/?arrays=base64", {"seed": 4})
    assert reply.headers["content-type"] == "application/json"
    assert array(reply.json["observation"]).tobytes() == expected.tobytes()
    action = np.array([0.5], np.float32)
    typed = {"dtype": "<f4", "shape": [1], "data": base64.b64encode(action.tobytes()).decode()}
    reply = api.post(f"{instance}/step/?arrays=base64", {"action": typed})
    assert array(reply.json["observation"]).tobytes() == env.step(action)[0].tobytes()
    assert api.post(f"{instance}/reset/?arrays=lists", {"seed": 4}).json["observation"] == [
        float(x) for x in env.reset(seed=4)[0]
    ]


def test_a_vectors_batches_are_arrays_both_ways(api: Api) -> None:
    env = SyncVectorEnv([lambda: gymnasium.make("CartPole-v1")] * 3)
    instance = api.create("CartPole-v1", num_envs=3)
    expected, _ = env.reset(seed=8)
    reply = unpacked(api.post(f"{instance}/reset/", {"seed": 8}, **MSGPACK))
    assert array(reply["observation"]).tobytes() == expected.tobytes()
    actions = np.array([0, 1, 1])
    typed = {"dtype": "int64", "shape": [3], "data": actions.tobytes()}
    reply = unpacked(api.post(f"{instance}/step/", packed({"action": typed}), **SENT, **MSGPACK))
    observations, rewards, terminations, truncations, _ = env.step(actions)
    for name, batch in zip(
        ("observation", "reward", "terminated", "truncated"),
        (observations, rewards, terminations, truncations),
        strict=True,
    ):
        assert array(reply[name]).tobytes() == batch.tobytes()


def test_arrays_other_than_lists_and_base64_are_422_before_anything_is_done(api: Api) -> None:
    assert api.post("/v1/envs/?arrays=hex", {"env_id": "CartPole-v1"}).status == 422
    assert api.get("/v1/envs/").json == {}
    instance = api.create()
    assert api.post(f"{instance}/reset/?arrays=hex").status == 422
    assert api.get(instance).json["revision"] == 0


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("*/*", "application/json"),
        ("", "application/json"),
        ("text/html", "application/json"),
        ("application/msgpack", "application/msgpack"),
        ("application/x-msgpack", "application/msgpack"),
        ("Application/MsgPack; q=0.9, */*; q=0.1", "application/msgpack"),
        ("application/msgpack, */*", "application/msgpack"),
        ("application/json, application/msgpack", "application/json"),
        ("application/json;q=0.5, application/msgpack;q=0.8", "application/msgpack"),
        ("application/msgpack;q=0", "application/json"),
        ("application/msgpack;q=many", "application/json"),
    ],
)
def test_the_form_is_the_one_that_accept_prefers(local: Api, accept: str, chosen: str) -> None:
    reply = local.get("/v1/envs/", accept=accept)
    assert reply.headers["content-type"] == chosen
    assert {"Accept", "Accept-Encoding"} <= {name.strip() for name in reply.headers["vary"].split(",")}


def test_errors_stay_problem_documents(api: Api) -> None:
    reply = api.post(f"{api.create()}/step/", packed({"action": 1}), **SENT, **MSGPACK)
    assert (reply.status, reply.headers["content-type"]) == (409, "application/problem+json")
    assert reply.json["type"] == "urn:gym-http:problem:reset-needed"


@pytest.mark.parametrize("body", [b"", b"\xc0", b"\x80"])
def test_nothing_and_nil_are_an_object_without_members(api: Api, body: bytes) -> None:
    assert api.post(f"{api.create()}/reset/", body, **SENT).status == 200


@pytest.mark.parametrize(
    "body", [b"\xc1", b"\x81\xa4seed\xc0\xc0", b"\x81\x01\x02", b"\x93\x01\x02\x03", b"{}", b"\x91" * 9999]
)
def test_a_body_that_cannot_be_read_is_422(local: Api, body: bytes) -> None:
    instance = local.create()
    reply = local.post(f"{instance}/reset/", body, **SENT)
    assert (reply.status, reply.json["type"]) == (422, "urn:gym-http:problem:invalid-request")
    assert local.get(instance).json["revision"] == 0


def test_a_body_without_a_type_or_of_an_unknown_one_is_json(local: Api) -> None:
    instance = local.create()
    for content_type in ("", "text/plain", "application/x-www-form-urlencoded"):
        assert local.post(f"{instance}/reset/", b'{"seed": 1}', **{"content-type": content_type}).status == 200


def test_a_repeated_call_gets_the_first_reply_in_the_form_that_it_now_asks_for(api: Api) -> None:
    instance = api.create()
    api.post(f"{instance}/reset/", {"seed": 1})
    key = {"idempotency-key": "a"}
    first = api.post(f"{instance}/step/", {"action": 1}, **key)
    again = api.post(f"{instance}/step/", {"action": 1}, **key, **MSGPACK)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["etag"] == first.headers["etag"]
    typed = array(unpacked(again)["observation"])
    assert typed.dtype == np.float32
    assert typed.astype(float).tolist() == first.json["observation"]
    text = api.post(f"{instance}/step/?arrays=base64", {"action": 1}, **key).json
    assert array(text["observation"]).tobytes() == typed.tobytes()
    assert api.get(instance).json["steps"] == 1


def test_a_long_reply_is_compressed_for_who_accepts_it(api: Api) -> None:
    plain = api.get("/v1/catalog/", **{"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    reply = api.get("/v1/catalog/", **{"accept-encoding": "gzip"})
    assert reply.headers["content-encoding"] == "gzip"
    content = gzip.decompress(reply.content) if reply.content[:2] == b"\x1f\x8b" else reply.content
    assert content == plain.content
    assert int(reply.headers["content-length"]) < len(plain.content) / 4
    refused = api.get("/v1/catalog/", **{"accept-encoding": "gzip;q=0, *"})
    assert "content-encoding" not in refused.headers


def test_a_short_reply_is_never_compressed(api: Api) -> None:
    reply = api.post(f"{api.create()}/reset/", **{"accept-encoding": "gzip"})
    assert "content-encoding" not in reply.headers


def test_no_type_is_lost_where_the_client_has_numpy_too(api: Api) -> None:
    accept = {"accept": f"{exact.MEDIA_TYPE}, application/json;q=0.5"}
    env = gymnasium.make("Taxi-v4")
    created = api.post("/v1/envs/", {"env_id": "Taxi-v4"}, **accept)
    instance = f"/v1/envs/{exact.decode(created.content)['instance_id']}"
    reply = api.post(f"{instance}/reset/", {"seed": 3}, **accept)
    assert reply.headers["content-type"] == exact.MEDIA_TYPE
    assert repr(exact.decode(reply.content)) == repr(
        dict(zip(("observation", "info"), env.reset(seed=3), strict=True))
    )
    for key in ("first", "second"):
        expected = repr(list(env.step(1)))
        for _ in range(2):  # a repetition is as exact
            reply = api.post(f"{instance}/step/", {"action": 1}, **accept, **{"idempotency-key": key})
            assert repr(list(exact.decode(reply.content).values())) == expected


def test_pictures_are_the_environments_own_where_the_client_has_numpy_too(local: Api) -> None:
    env = gymnasium.make("CartPole-v1", render_mode="rgb_array_list")
    instance = local.create("CartPole-v1", render_mode="rgb_array_list")
    env.reset(seed=3)
    local.post(f"{instance}/reset/", {"seed": 3})
    env.step(1)
    local.post(f"{instance}/step/", {"action": 1})
    told = exact.decode(local.get(f"{instance}/monitor/render/", accept=exact.MEDIA_TYPE).content)
    frames: Any = env.render()
    assert told["render_mode"] == "rgb_array_list"
    assert [frame.tobytes() for frame in told["picture"]] == [frame.tobytes() for frame in frames]
