"""MCP's own client plays over every way of serving."""

import asyncio
import base64
import dataclasses
import io
import json
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from typing import Any

import gymnasium
import httpx2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from PIL import Image

from shared.mcp.tools import TOOLS
from shared.settings import Settings
from tests.applications import Api, served

INSTANCE = "5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11"
ERAS = ("auto", "legacy")
"""The protocol without a handshake, and the one before it."""


class _Through(httpx2.AsyncBaseTransport):
    """Sends a client's requests to an application or to Lambda functions."""

    def __init__(self, api: Api, loop: asyncio.AbstractEventLoop) -> None:
        """`loop` becomes that of the thread in which every request is made, as handlers of Lambda want one."""
        self._api = api
        self._thread = ThreadPoolExecutor(1, initializer=asyncio.set_event_loop, initargs=(loop,))

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        content = await request.aread()
        headers = {name: value for name, value in request.headers.items() if name != "content-length"}
        sent = (request.method, request.url.raw_path.decode(), content, headers)
        reply = await asyncio.get_running_loop().run_in_executor(self._thread, self._api.client.send, *sent)
        return httpx2.Response(reply.status, headers=reply.headers, content=reply.content)

    async def aclose(self) -> None:
        self._thread.shutdown()


@asynccontextmanager
async def connected(api: Api, mode: Any = "auto", **headers: str) -> AsyncIterator[Client]:
    loop = asyncio.new_event_loop()
    with closing(loop):
        async with httpx2.AsyncClient(transport=_Through(api, loop), headers=headers) as http:
            transport = streamable_http_client("http://localhost/mcp", http_client=http)
            async with Client(transport, mode=mode) as client:
                yield client


@pytest.fixture(params=["local", "lambda"])
def served_api(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Api]:
    """All endpoints in one application, or each as a Lambda function."""
    with served(request.param, settings) as client:
        yield Api(client)


def run(play: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(play())


async def told(client: Client, tool: str, **arguments: Any) -> Any:
    """What a tool replied as data, which its text repeats."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    assert json.loads(result.content[0].text) == result.structured_content  # type: ignore[union-attr]
    return result.structured_content


@pytest.mark.parametrize("mode", ERAS)
def test_an_agent_forks_before_a_risky_step_and_goes_back(served_api: Api, mode: str) -> None:
    async def play() -> None:
        async with connected(served_api, mode) as client:
            assert [tool.name for tool in (await client.list_tools()).tools] == [*TOOLS]
            dry = {"env_id": "FrozenLake-v1", "kwargs": {"is_slippery": False}, "record": True}
            lake = (await told(client, "make", **dry))["instance_id"]
            found = await told(client, "spaces", instance_id=lake)
            assert (found["action_space"]["n"], found["action_meanings"]) == (4, ["LEFT", "DOWN", "RIGHT", "UP"])
            first = await told(client, "reset", instance_id=lake, seed=1)
            assert (first["observation"], first["revision"]) == (0, 1)
            await told(client, "step", instance_id=lake, action=1)
            kept = await told(client, "checkpoint", instance_id=lake, name="before the hole")
            [twin] = (await told(client, "fork", instance_id=lake))["instance_ids"]
            assert (await told(client, "step", instance_id=twin, action=2))["terminated"] is True
            ways = await told(client, "explore", instance_id=lake, sequences=[[2, 2], [1, 2]])
            assert ways["terminations"] == [True, False]
            assert (await told(client, "step", instance_id=lake, action=2))["terminated"] is True
            back = await told(client, "restore", instance_id=lake, checkpoint_id=kept["checkpoint_id"])
            assert (back["steps"], back["ended"]) == (1, False)
            rest = await told(client, "rollout", instance_id=lake, actions=[1, 2, 2, 1, 2])
            assert rest["rewards"] == [0, 0, 0, 0, 1]
            then = {"from": {"revision": 2}}
            assert await told(client, "explore", instance_id=lake, sequences=[[2, 2], [1, 2]], **then) == ways
            past = await told(client, "history", instance_id=lake)
            assert (past["steps"], past["episode_return"], len(past["checkpoints"])) == (6, 1.0, 1)
            for instance in (lake, twin):
                await told(client, "close", instance_id=instance)
            gone = await client.call_tool("step", {"instance_id": lake, "action": 1})
            assert gone.is_error
            assert gone.structured_content["status"] == 404

    run(play)


def test_every_value_is_that_of_an_environment_in_process(served_api: Api) -> None:
    env = gymnasium.make("CartPole-v1")

    async def play() -> None:
        async with connected(served_api) as client:
            pole = (await told(client, "make", env_id="CartPole-v1"))["instance_id"]
            observation, _ = env.reset(seed=3)
            assert (await told(client, "reset", instance_id=pole, seed=3))["observation"] == observation.tolist()
            for action in (0, 1, 1, 0):
                observation, reward, *_ = env.step(action)
                reply = await told(client, "step", instance_id=pole, action=action)
                assert (reply["observation"], reply["reward"]) == (observation.tolist(), reward)

    run(play)


def test_a_picture_is_an_image_pixel_by_pixel(served_api: Api) -> None:
    env = gymnasium.make("CartPole-v1", render_mode="rgb_array")
    env.reset(seed=3)
    expected: Any = env.render()

    async def play() -> None:
        async with connected(served_api) as client:
            made = await told(client, "make", env_id="CartPole-v1", render_mode="rgb_array")
            await told(client, "reset", instance_id=made["instance_id"], seed=3)
            [text, image] = (await client.call_tool("render", made)).content
            assert json.loads(text.text)["pictures"] == 1  # type: ignore[union-attr]
            assert image.mime_type == "image/png"  # type: ignore[union-attr]
            drawn = Image.open(io.BytesIO(base64.b64decode(image.data)))  # type: ignore[union-attr]
            assert np.array_equal(np.asarray(drawn), expected)

    run(play)


def test_a_text_is_a_text(local: Api) -> None:
    async def play() -> None:
        async with connected(local) as client:
            made = await told(client, "make", env_id="FrozenLake-v1", render_mode="ansi")
            await told(client, "reset", **made)
            assert "FHFH" in (await told(client, "render", **made))["text"]
            nothing = await told(client, "make", env_id="FrozenLake-v1")
            await told(client, "reset", **nothing)
            refused = await client.call_tool("render", nothing)
            assert refused.is_error
            assert "rgb_array" in refused.content[0].text  # type: ignore[union-attr]

    run(play)


def test_the_catalogue_is_a_resource(served_api: Api) -> None:
    async def play() -> None:
        async with connected(served_api) as client:
            assert [str(each.uri) for each in (await client.list_resources()).resources] == ["gymnasium://catalog"]
            [template] = (await client.list_resource_templates()).resource_templates
            assert template.uri_template == "gymnasium://catalog/{env_id}"
            [listed] = (await client.read_resource("gymnasium://catalog")).contents
            entries = {each["env_id"]: each for each in json.loads(listed.text)["environments"]}  # type: ignore[union-attr]
            assert entries["CartPole-v1"] == {
                "env_id": "CartPole-v1",
                "render_modes": ["human", "rgb_array"],
                "action_space": "Discrete(2)",
                "observation_space": "Box([4])",
            }
            [entry] = (await client.read_resource("gymnasium://catalog/FrozenLake-v1")).contents
            assert json.loads(entry.text)["action_space"]["n"] == 4  # type: ignore[union-attr]
            for unknown in ("gymnasium://catalog/Nothing-v0", "gymnasium://else"):
                with pytest.raises(MCPError):
                    await client.read_resource(unknown)

    run(play)


def test_a_repeated_call_with_its_key_is_applied_once(served_api: Api) -> None:
    async def play() -> None:
        async with connected(served_api) as client:
            made = await told(client, "make", env_id="CartPole-v1", key="a")
            assert await told(client, "make", env_id="CartPole-v1", key="a") == made
            await told(client, "reset", **made, seed=1)
            first = await told(client, "step", **made, action=1, key="b")
            assert await told(client, "step", **made, action=1, key="b") == first
            assert (await told(client, "history", **made))["steps"] == 1
            other = await client.call_tool("step", {**made, "action": 0, "key": "b"})
            assert other.is_error
            assert other.structured_content["type"] == "urn:gym-http:problem:key-reused"
            kept = await told(client, "checkpoint", **made, key="c")
            assert await told(client, "checkpoint", **made, key="c") == kept

    run(play)


def message(method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 7, "method": method, "params": params}


def test_one_post_without_a_handshake_is_enough(local: Api) -> None:
    """For curl, which accepts anything."""
    arguments = {"env_id": "CartPole-v1"}
    reply = local.post("/mcp", message("tools/call", name="make", arguments=arguments)).json
    assert (reply["id"], reply["result"]["isError"]) == (7, False)
    assert local.get(f"/v1/envs/{reply['result']['structuredContent']['instance_id']}").status == 200


def test_a_message_needs_an_api_key_where_keys_are_set_and_owners_are_apart(settings: Settings) -> None:
    with served("local", dataclasses.replace(settings, api_keys=(("a", "one"), ("b", "two")))) as client:
        api = Api(client)
        for headers in ({}, {"authorization": "Bearer three"}):
            refused = api.post("/mcp/", message("tools/list"), **headers)
            assert (refused.status, refused.headers["www-authenticate"]) == (401, "Bearer")
            assert refused.json["error"]["data"]["type"] == "urn:gym-http:problem:unauthorized"

        async def play() -> None:
            async with connected(api, authorization="Bearer one") as mine:
                made = await told(mine, "make", env_id="CartPole-v1")
            async with connected(api, authorization="Bearer two") as other:
                refused = await other.call_tool("reset", made)
                assert refused.structured_content["status"] == 404

        run(play)


def test_a_quota_holds_for_tools_too(settings: Settings) -> None:
    with served("local", dataclasses.replace(settings, max_envs=1)) as client:

        async def play() -> None:
            async with connected(Api(client)) as agent:
                made = await told(agent, "make", env_id="CartPole-v1")
                for tool, arguments in (("make", {"env_id": "CartPole-v1"}), ("fork", made)):
                    refused = await agent.call_tool(tool, arguments)
                    assert refused.structured_content["status"] == 429

        run(play)


def test_pages_of_other_origins_and_names_of_other_hosts_are_refused(settings: Settings) -> None:
    with served("local", dataclasses.replace(settings, allowed_hosts=("gym.example",))) as client:
        api = Api(client)
        for headers, status in (
            ({"origin": "https://evil.example"}, 403),
            ({"origin": "http://localhost:3000"}, 200),
            ({"host": "evil.example"}, 421),
            ({"host": "gym.example"}, 200),
        ):
            assert api.post("/mcp", message("tools/list"), **{"host": "localhost", **headers}).status == status


def test_there_is_no_stream_to_open_and_no_session_to_end(local: Api) -> None:
    for method in ("GET", "DELETE"):
        refused = local.client.send(method, "/mcp")
        assert (refused.status, refused.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("tool", "arguments", "told_of"),
    [
        ("step", {"instance_id": "../state", "action": 1}, "Instance not found"),
        ("step", {"instance_id": 7, "action": 1}, "arguments.instance_id"),
        ("step", {"action": 1}, "arguments.instance_id: Field required"),
        ("make", {}, "arguments.env_id: Field required"),
        ("make", {"env_id": "Nothing-v0"}, "Nothing"),
        ("make", {"env_id": "CartPole-v1", "key": ""}, "arguments.key"),
        ("rollout", {"instance_id": "x", "actions": [1], "steps": 2}, "either actions, or policy"),
        (
            "restore",
            {"instance_id": INSTANCE, "checkpoint_id": "../x"},
            "checkpoint",
        ),
    ],
)
def test_what_cannot_be_done_is_told_to_the_agent(
    local: Api, tool: str, arguments: dict[str, Any], told_of: str
) -> None:
    result = local.post("/mcp", message("tools/call", name=tool, arguments=arguments)).json["result"]
    assert result["isError"] is True
    assert told_of in result["content"][0]["text"]
    assert result["content"][0]["text"] == result["structuredContent"]["detail"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"no json", 400),
        (b"\xff\xfe", 400),
        (b"[]", 400),
        (b"[" * 60_000, 400),
        (b'{"jsonrpc": "2.0", "id": 1}', 400),
        (b'{"jsonrpc": "1.0", "id": 1, "method": "tools/list"}', 400),
        (b'{"jsonrpc": "2.0", "id": {}, "method": "tools/list"}', 202),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": []}', 400),
        (b'{"jsonrpc": "2.0", "method": "notifications/initialized"}', 202),
        (b'{"jsonrpc": "2.0", "id": 1, "result": {}}', 202),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen"}', 200),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/unheard"}', 200),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "unheard"}}', 200),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "\\ud800"}', 422),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "\\ud83d\\ude00"}', 200),
        (b'"\\ud800', 400),
        (b" " * 300_000, 413),
    ],
)
def test_what_is_no_message_is_refused_by_a_status(local: Api, body: bytes, status: int) -> None:
    assert local.post("/mcp", body).status == status
    assert local.post("/mcp", body, **{"mcp-protocol-version": "2026-07-28"}).status in (status, 400, 404)


def test_a_server_without_the_package_says_what_to_install(local: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp_types", None)
    monkeypatch.delitem(sys.modules, "shared.mcp.server", raising=False)
    refused = local.post("/mcp", message("tools/list"))
    assert (refused.status, refused.json["error"]["data"]["type"]) == (404, "urn:gym-http:problem:not-installed")
    assert "the extra mcp" in refused.json["error"]["message"]


def test_a_reply_that_is_too_long_is_refused_before_it_is_applied(local: Api) -> None:
    instance = local.create("CartPole-v1").rpartition("/")[2]
    local.post(f"/v1/envs/{instance}/reset/")
    arguments = {"instance_id": instance, "policy": "random", "steps": 9000, "on_end": "reset"}
    result = local.post("/mcp", message("tools/call", name="rollout", arguments=arguments)).json["result"]
    assert result["structuredContent"]["type"] == "urn:gym-http:problem:reply-too-large"
    assert local.get(f"/v1/envs/{instance}").json["revision"] == 1


_VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
_CALLS = st.builds(
    lambda tool, arguments, known: (tool, arguments | known),
    st.sampled_from([*TOOLS]),
    st.dictionaries(st.sampled_from(["action", "actions", "seed", "count", "key", "keep", "env_id"]), _VALUES),
    st.sampled_from([{}, {"instance_id": INSTANCE}, {"instance_id": INSTANCE, "checkpoint_id": INSTANCE}]),
)


@settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(call=_CALLS)
def test_whatever_a_tool_is_given_is_answered(local: Api, call: tuple[str, dict[str, Any]]) -> None:
    tool, arguments = call
    reply = local.post("/mcp", message("tools/call", name=tool, arguments=arguments))
    assert reply.status in (200, 400)
    if reply.status == 200:
        assert reply.json["id"] == 7
        assert "error" not in reply.json or reply.json["error"]["code"] == -32602


@settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    sent=st.dictionaries(st.sampled_from(["jsonrpc", "id", "method", "params"]), _VALUES)
    | st.builds(
        message, st.sampled_from(["initialize", "tools/call", "resources/read", "ping", "logging/setLevel"])
    ),
    version=st.sampled_from(["", "2025-06-18", "2026-07-28", "never"]),
)
def test_whatever_a_message_says_is_answered(local: Api, sent: dict[str, Any], version: str) -> None:
    headers = {"mcp-protocol-version": version} if version else {}
    assert local.post("/mcp", sent, **headers).status < 500
