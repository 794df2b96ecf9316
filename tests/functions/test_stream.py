"""Watching where a reply has to end: a Lambda function sends a burst of pictures."""

import asyncio

import pytest

from functions import stream_env
from shared.session.calls import operations
from shared.session.monitor.stream import Burst, pictures
from shared.session.stored.reference import Reference
from shared.settings import PUBLIC, Settings
from shared.web.service.service import open_service
from tests.applications import Api, served


@pytest.fixture
def instance(settings: Settings) -> str:
    with served("local", settings) as client:
        api = Api(client)
        instance = api.create("CartPole-v1", render_mode="rgb_array")
        api.post(f"{instance}/reset/", {"seed": 1})
        return instance


def test_a_function_ends_its_stream_and_says_to_ask_again(
    settings: Settings, instance: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_env, "BURST", Burst(seconds=0.1, size=4_000_000))
    with served("lambda", settings) as client:
        reply = Api(client).get(f"{instance}/monitor/stream/")
    assert reply.status == 200
    assert reply.headers["content-type"] == "multipart/x-mixed-replace; boundary=frame"
    assert reply.headers["refresh"] == "0"
    assert reply.content.count(b"\xff\xd8\xff") == 1
    assert reply.content.endswith(b"--frame\r\n")


async def watched(settings: Settings, instance: str, burst: Burst) -> int:
    """How many pictures come while the instance is stepped after each."""
    session = open_service(settings).session
    reference = Reference(PUBLIC, instance.rpartition("/")[2])
    seen = 0
    async for _ in await pictures(session, reference, lambda _: b"four", burst):
        seen += 1
        await session.call(reference, operations.step(0), lambda reply: reply)
    await session.shut_down()
    return seen


def test_a_burst_ends_before_it_is_over_its_size(settings: Settings, instance: str) -> None:
    assert asyncio.run(watched(settings, instance, Burst(seconds=60, size=11))) == 2


def test_the_first_picture_comes_whatever_its_size(settings: Settings, instance: str) -> None:
    assert asyncio.run(watched(settings, instance, Burst(seconds=60, size=1))) == 1
