"""OpenEnv's protocol over a WebSocket, message by message."""

import asyncio
import dataclasses
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gymnasium
import hypothesis
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from starlette.testclient import TestClient, WebSocketDenialResponse, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from functions import local, openenv
from shared.errors import InstanceNotFound
from shared.openenv import connection
from shared.openenv.episodes import ActionData, Episodes, read_reset
from shared.settings import PUBLIC, Settings
from shared.web.app.application import Application, create_app
from shared.web.service.service import open_service

NOBODY = "5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11"


@contextmanager
def serving(settings: Settings, app: Application | None = None) -> Iterator[TestClient]:
    modules = (*local.MODULES, *local.LOCAL_MODULES)
    with TestClient(app or create_app(*(module.router for module in modules), settings=settings)) as client:
        yield client


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with serving(settings) as client:
        yield client


def say(socket: WebSocketTestSession, kind: str, **data: Any) -> dict[str, Any]:
    """The reply to a message."""
    return raw(socket, json.dumps({"type": kind, "data": data}))


def raw(socket: WebSocketTestSession, text: str) -> dict[str, Any]:
    socket.send_text(text)
    reply: dict[str, Any] = json.loads(socket.receive_text())
    return reply


def wait_for_none(client: TestClient) -> None:
    """Wait until no instance is left."""
    ends = time.monotonic() + 60
    while client.get("/v1/envs/").json():
        assert time.monotonic() < ends
        time.sleep(0.01)


def code(reply: dict[str, Any]) -> str:
    assert reply["type"] == "error", reply
    assert reply["data"]["message"]
    found: str = reply["data"]["code"]
    return found


def test_an_episode_is_that_of_local_gymnasium(client: TestClient) -> None:
    env = gymnasium.make("FrozenLake-v1")
    with client.websocket_connect("/openenv/FrozenLake-v1/ws") as socket:
        observation, info = env.reset(seed=4)
        first = say(socket, "reset", seed=4)
        seen = {"observation": observation, "info": info, "terminated": False, "truncated": False}
        assert (first["type"], first["data"]["observation"]) == ("observation", seen)
        assert (first["data"]["reward"], first["data"]["done"]) == (None, False)
        instance = first["data"]["metadata"]["instance_id"]
        assert first["data"]["metadata"]["episode_id"] == f"{instance}.1"
        done, steps = False, 0
        while not done:
            observation, reward, terminated, truncated, info = env.step(1)
            done, steps = terminated or truncated, steps + 1
            seen = {"observation": observation, "terminated": terminated, "truncated": truncated, "info": info}
            reply = say(socket, "step", action=1)["data"]
            assert (reply["observation"], reply["reward"], reply["done"]) == (seen, reward, done)
        state = say(socket, "state")["data"]
        assert (state["episode_id"], state["step_count"], state["env_id"]) == (
            f"{instance}.1",
            steps,
            "FrozenLake-v1",
        )
        assert say(socket, "reset", episode_id="mine")["data"]["metadata"]["episode_id"] == "mine"
        assert say(socket, "state")["data"]["episode_id"] == "mine"


def test_what_cannot_be_done_has_openenvs_code_and_the_connection_goes_on(client: TestClient) -> None:
    with client.websocket_connect("/openenv/CartPole-v1/ws") as socket:
        assert say(socket, "state")["data"] == {"episode_id": None, "step_count": 0, "env_id": "CartPole-v1"}
        assert code(say(socket, "step", action=1)) == "SESSION_ERROR"
        for text in ("", "{", "[" * 9000, '"\\ud800'):
            assert code(raw(socket, text)) == "INVALID_JSON"
        for text in ("[]", "1", '{"type": "reset", "data": 1}', '{"type": "reset", "data": {"seed": -1}}'):
            assert code(raw(socket, text)) == "VALIDATION_ERROR"
        for text in ("{}", '{"type": "jump"}', '{"type": ["reset"]}'):
            assert code(raw(socket, text)) == "UNKNOWN_TYPE"
        say(socket, "reset")
        for data in ({"action": 2}, {"action": "left"}, {}, {"act": 1}):
            assert code(say(socket, "step", **data)) == "VALIDATION_ERROR"
        assert say(socket, "mcp", id=3, method="tools/list")["data"]["error"]["code"] == -32601
        assert say(socket, "step", action=1, metadata={"who": "me"})["type"] == "observation"
        assert say(socket, "state")["data"]["step_count"] == 1


def test_an_environment_that_cannot_be_made_or_raises_is_told_as_that(client: TestClient) -> None:
    with client.websocket_connect("/openenv/Nothing-v0/ws") as socket:
        assert code(say(socket, "reset")) == "FACTORY_ERROR"
    with client.websocket_connect("/openenv/FrozenLake-v1/ws") as socket:
        say(socket, "reset")
        assert code(say(socket, "reset", options={"seed": 1}, seed=1 << 5000)) == "VALIDATION_ERROR"


def test_a_quota_is_told_as_capacity_and_the_client_may_try_again(settings: Settings) -> None:
    address = "/openenv/CartPole-v1/ws"
    with (
        serving(dataclasses.replace(settings, max_envs=1)) as client,
        client.websocket_connect(address) as one,
        client.websocket_connect(address) as other,
    ):
        say(one, "reset")
        assert code(say(other, "reset")) == "CAPACITY_REACHED"
        one.send_text('{"type": "close"}')
        with pytest.raises(WebSocketDisconnect):
            one.receive_text()
        wait_for_none(client)
        assert say(other, "reset")["type"] == "observation"


def test_a_lost_connection_leaves_the_instance_and_another_one_continues_it(client: TestClient) -> None:
    env = gymnasium.make("CartPole-v1")
    env.reset(seed=1)
    env.step(1)
    with client.websocket_connect("/openenv/CartPole-v1/ws") as socket:
        instance = say(socket, "reset", seed=1)["data"]["metadata"]["instance_id"]
        say(socket, "step", action=1)
    with client.websocket_connect(f"/openenv/instances/{instance}/ws") as socket:
        assert say(socket, "state")["data"]["step_count"] == 1
        observation = env.step(0)[0]
        assert say(socket, "step", action=0)["data"]["observation"]["observation"] == observation.tolist()
        socket.send_text('{"type": "close"}')
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text()
        assert closed.value.code == 1000
    with pytest.raises(WebSocketDenialResponse) as refused:
        client.websocket_connect(f"/openenv/instances/{instance}/ws").__enter__()
    assert refused.value.status_code == 404


def test_a_reset_makes_another_instance_where_the_first_is_gone(client: TestClient) -> None:
    with client.websocket_connect("/openenv/CartPole-v1/ws") as socket:
        instance = say(socket, "reset")["data"]["metadata"]["instance_id"]
        client.delete(f"/v1/envs/{instance}/")
        assert code(say(socket, "step", action=1)) == "SESSION_ERROR"
        assert say(socket, "reset")["data"]["metadata"]["instance_id"] != instance


def test_a_call_that_is_sent_again_with_its_key_is_applied_once(client: TestClient) -> None:
    with client.websocket_connect("/openenv/CartPole-v1/ws") as socket:
        first = say(socket, "reset", key="a")
    with client.websocket_connect("/openenv/CartPole-v1/ws") as socket:
        assert say(socket, "reset", key="a") == first
        step = say(socket, "step", action=1, metadata={"key": "b"})
        assert say(socket, "step", action=1, metadata={"key": "b"}) == step
        assert say(socket, "state")["data"]["step_count"] == 1
        assert code(say(socket, "step", action=0, metadata={"key": "b"})) == "VALIDATION_ERROR"
    assert len(client.get("/v1/envs/").json()) == 1


def test_an_instance_whose_connection_was_lost_is_deleted_once_its_time_is_over(settings: Settings) -> None:
    with serving(dataclasses.replace(settings, openenv_ttl_s=0.001)) as client:
        with client.websocket_connect("/openenv/CartPole-v1/ws") as socket:
            say(socket, "reset")
        wait_for_none(client)


def test_an_instance_that_was_called_since_its_connection_was_lost_stays(settings: Settings) -> None:
    async def play() -> None:
        service = open_service(settings)
        episodes = Episodes(service, PUBLIC)
        no_arguments = read_reset({})
        episode = await episodes.begin("CartPole-v1", no_arguments)
        _, before = await episodes.reset(episode, no_arguments)
        _, now = await episodes.step(episode, ActionData(action=1))
        await connection.end_later(0, episodes, episode, before.revision)
        assert (await episodes.state(episode))["step_count"] == 1
        await connection.end_later(0, episodes, episode, now.revision)
        with pytest.raises(InstanceNotFound):
            await episodes.state(episode)
        await service.close()

    asyncio.run(play())


def test_a_connection_needs_a_key_and_an_origin_that_may_call(settings: Settings) -> None:
    with serving(dataclasses.replace(settings, api_keys=(("a", "one"), ("b", "two")))) as client:
        for headers, status in (({}, 401), ({"authorization": "Bearer three"}, 401)):
            with pytest.raises(WebSocketDenialResponse) as refused:
                client.websocket_connect("/openenv/CartPole-v1/ws", headers=headers).__enter__()
            assert refused.value.status_code == status
        with client.websocket_connect(
            "/openenv/CartPole-v1/ws", headers={"authorization": "Bearer one"}
        ) as socket:
            instance = say(socket, "reset")["data"]["metadata"]["instance_id"]
            address = f"/openenv/instances/{instance}/ws"
            with pytest.raises(WebSocketDenialResponse):
                client.websocket_connect(address, headers={"authorization": "Bearer two"}).__enter__()
    with serving(settings) as client, pytest.raises(WebSocketDenialResponse) as refused:
        client.websocket_connect("/openenv/CartPole-v1/ws", headers={"origin": "https://evil.example"}).__enter__()
    assert refused.value.status_code == 403


def test_an_id_that_is_none_is_refused_before_the_connection(client: TestClient) -> None:
    for instance in (NOBODY, "x", "..%2f..%2fstate"):
        with pytest.raises(WebSocketDenialResponse) as refused:
            client.websocket_connect(f"/openenv/instances/{instance}/ws").__enter__()
        assert refused.value.status_code == 404


def test_a_message_over_the_bound_is_refused_and_the_connection_goes_on(settings: Settings) -> None:
    with (
        serving(dataclasses.replace(settings, max_body_bytes=1000)) as client,
        client.websocket_connect("/openenv/CartPole-v1/ws") as socket,
    ):
        assert code(say(socket, "step", action="x" * 1000)) == "VALIDATION_ERROR"
        assert say(socket, "reset")["type"] == "observation"


def test_a_vector_is_refused_since_the_protocol_cannot_tell_one(client: TestClient) -> None:
    instance = client.post("/v1/envs/", json={"env_id": "CartPole-v1", "num_envs": 2}).json()["instance_id"]
    client.post(f"/v1/envs/{instance}/reset/")
    with client.websocket_connect(f"/openenv/instances/{instance}/ws") as socket:
        assert code(say(socket, "step", action=[0, 1])) == "SESSION_ERROR"
    assert client.get(f"/v1/envs/{instance}").json()["revision"] == 1


def test_one_environment_is_served_at_the_root(settings: Settings) -> None:
    app = create_app(*openenv.ROUTERS, settings=dataclasses.replace(settings, openenv="FrozenLake-v1"))
    with serving(settings, app) as client:
        with client.websocket_connect("/ws") as socket:
            say(socket, "reset")
            assert say(socket, "state")["data"]["env_id"] == "FrozenLake-v1"
        assert client.get("/metadata").json()["name"] == "FrozenLake-v1"
        assert client.get("/health").json() == {"status": "healthy"}
    app = create_app(*openenv.ROUTERS, settings=settings)
    with serving(settings, app) as client:
        assert client.get("/metadata").status_code == 503
        with pytest.raises(WebSocketDenialResponse):
            client.websocket_connect("/ws").__enter__()


_VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
_MESSAGES = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["reset", "step", "state", "mcp"]) | _VALUES,
        "data": st.dictionaries(st.sampled_from(["action", "seed", "options", "key", "metadata"]), _VALUES)
        | _VALUES,
    },
)


@given(messages=st.lists(_MESSAGES, max_size=6))
@hypothesis.settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_a_message_says_is_answered_and_the_connection_goes_on(
    client: TestClient, messages: list[dict[str, Any]]
) -> None:
    with client.websocket_connect("/openenv/CartPole-v1/ws") as socket:
        for message in messages:
            reply = raw(socket, json.dumps(message))
            assert reply["type"] in ("observation", "state", "mcp", "error")
        assert say(socket, "state")["type"] == "state"
