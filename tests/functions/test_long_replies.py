"""A reply that a Lambda function could not return is refused before anything is saved."""

import dataclasses
import secrets

import httpx
import pytest

from infra.s3.seaweedfs import SeaweedFS
from shared.errors import ReplyTooLarge
from shared.settings import Settings
from shared.web.protocol import lambda_limits
from shared.web.protocol.lambda_limits import LARGEST_REPLY, check_reply_size
from tests.applications import Api, served
from tests.fixtures_s3 import BUCKET

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


@pytest.fixture
def in_bucket(aws_environment: SeaweedFS, settings: Settings) -> Settings:
    """The same settings with a store whose objects have addresses."""
    return dataclasses.replace(settings, store=f"s3://{BUCKET}/{secrets.token_hex(8)}", signing_keys=("k" * 32,))


def played(api: Api) -> str:
    """The path of a recorded episode of 200 steps: 18 KB as JSON."""
    instance = api.create("Pendulum-v1", render_mode="rgb_array", record=True)
    api.post(f"{instance}/reset/", {"seed": 1})
    api.post(f"{instance}/rollout/", {"actions": [[0.5]] * 200})
    return f"{instance}/episodes/1/"


@pytest.fixture
def little_is_carried(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if Lambda carried 1,000 bytes beside a reply's head."""
    monkeypatch.setattr(lambda_limits, "LARGEST_REPLY", 16_384 + 1000)


@pytest.mark.usefixtures("little_is_carried")
@pytest.mark.parametrize(
    ("accept", "coding"),
    [("application/json", "identity"), ("application/msgpack", "identity"), ("application/json", "gzip")],
)
def test_an_episode_that_is_too_long_is_a_copy_in_the_bucket(
    accept: str, coding: str, aws_environment: SeaweedFS, in_bucket: Settings
) -> None:
    """It is what a server replies, with the same type and coding, for whoever has the address."""
    headers = {"accept": accept, "accept-encoding": coding}
    with served("local", in_bucket) as server:
        episode = played(Api(server))
        expected = Api(server).get(episode, **headers)
    with served("lambda", in_bucket) as functions:
        reply = Api(functions).get(episode, **headers)
    assert (reply.status, reply.content) == (303, b"")
    address = reply.headers["location"]
    assert address.startswith(f"{aws_environment.endpoint}/{BUCKET}/")
    copy = httpx.get(address)
    assert (copy.status_code, copy.content) == (200, expected.content)
    assert copy.headers["content-type"] == accept
    assert copy.headers.get("content-encoding", "identity") == coding
    assert httpx.get(address.replace("X-Amz-Signature=", "X-Amz-Signature=0")).status_code == 403


def test_a_film_that_is_too_long_is_a_copy_in_the_bucket(
    in_bucket: Settings, request: pytest.FixtureRequest
) -> None:
    with served("lambda", in_bucket) as functions:
        film = played(Api(functions)) + "video/?format=webp&to=20"
        expected = Api(functions).get(film)
        assert expected.status == 200
        request.getfixturevalue("little_is_carried")
        reply = Api(functions).get(film)
    assert reply.status == 303
    copy = httpx.get(reply.headers["location"])
    assert (copy.content, copy.headers["content-type"]) == (expected.content, "image/webp")


@pytest.mark.usefixtures("little_is_carried")
def test_it_is_413_that_says_how_to_ask_for_less_where_the_store_gives_no_address(settings: Settings) -> None:
    with served("local", settings) as server:
        episode = played(Api(server))
    with served("lambda", settings) as functions:
        api = Api(functions)
        reply = api.get(episode)
        assert (reply.status, reply.json["type"]) == (413, "urn:gym-http:problem:reply-too-large")
        assert "?from= and ?to=" in reply.json["detail"]
        assert api.get(episode + "?from=1&to=2").status == 200


@pytest.mark.usefixtures("little_is_carried")
def test_it_is_413_where_the_owner_has_no_room_for_a_copy(in_bucket: Settings) -> None:
    with served("local", in_bucket) as server:
        episode = played(Api(server))
    with served("lambda", dataclasses.replace(in_bucket, max_stored_bytes=10_000)) as functions:
        assert Api(functions).get(episode).status == 413


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
