"""A reply that a Lambda function could not return is refused before anything is saved."""

import dataclasses

import pytest

from shared.errors import ReplyTooLarge
from shared.settings import Settings
from shared.web.protocol.lambda_limits import LARGEST_REPLY, check_reply_size
from tests.applications import Api, served

# Three frames of 720 kB: 2.9 MB in base64, some 8 as JSON.
FRAMES = [{"name": "AddRenderObservation"}, {"name": "FrameStackObservation", "kwargs": {"stack_size": 3}}]


@pytest.fixture
def instance(settings: Settings) -> str:
    with served("local", settings) as client:
        return Api(client).create("CartPole-v1", render_mode="rgb_array", wrappers=FRAMES)


def test_a_reply_over_6_mb_is_413_that_says_how_to_ask_for_less_and_nothing_was_done(
    settings: Settings, instance: str
) -> None:
    with served("lambda", dataclasses.replace(settings, live_envs=1)) as client:
        api = Api(client)
        reply = api.post(f"{instance}/reset/", {"seed": 1})
        assert (reply.status, reply.json["type"]) == (413, "urn:gym-http:problem:reply-too-large")
        assert "ask for less" in reply.json["detail"]
        assert reply.json["length"] > reply.json["limit"]
        assert api.get(instance).json["revision"] == 0
        assert api.post(f"{instance}/reset/", {"seed": 1}, accept="application/msgpack").status == 200
        assert api.post(f"{instance}/reset/", {"seed": 1}, **{"accept-encoding": "gzip"}).status == 200


def test_a_server_returns_it_whatever_its_length(settings: Settings, instance: str) -> None:
    with served("local", settings) as client:
        reply = Api(client).post(f"{instance}/reset/", {"seed": 1}, **{"accept-encoding": "identity"})
    assert reply.status == 200
    assert len(reply.content) > LARGEST_REPLY


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"x" * (LARGEST_REPLY - 16_386), True),
        (b'"' * (LARGEST_REPLY // 2 - 8_193), True),
        (b"x" * (LARGEST_REPLY // 4 * 3 - 12_289), False),
    ],
    ids=["letters", "quotes", "bytes"],
)
def test_the_limit_is_on_the_form_in_which_a_reply_is_carried(content: bytes, text: bool) -> None:
    check_reply_size(content, text)
    with pytest.raises(ReplyTooLarge):
        check_reply_size(content + content[:4], text)
