"""Watching where a reply has to end: a Lambda function sends a burst of pictures."""

import pytest

from functions import stream_env
from shared.session.monitor.burst import Burst
from shared.settings import Settings
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
