"""What an operator sees of a call: a line in the log, and headers that name it and time it."""

import dataclasses
import json
import re
from typing import Any

import pytest

from shared.settings import Settings
from tests.applications import Api, served

MODES = ["local", "each alone", "lambda"]


def lines(capfd: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The lines of JSON on standard error since they were last asked for, by their times.

    Each application writes its own some moments later.
    """
    return sorted(map(json.loads, capfd.readouterr().err.splitlines()), key=lambda line: line["time"])


@pytest.mark.parametrize("mode", MODES)
def test_each_call_writes_one_line(mode: str, settings: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    with served(mode, settings) as client:
        api = Api(client)
        instance = api.create()
        api.post(f"{instance}/reset/", {"seed": 1})
        revision = int(api.post(f"{instance}/step/", {"action": 1}).headers["etag"].strip('"'))
    create, reset, step = lines(capfd)
    assert (create["endpoint"], create["status"]) == ("/v1/envs/", 200)
    assert (reset["method"], reset["endpoint"]) == ("POST", "/v1/envs/{instance_id}/reset/")
    assert step["instance"] == instance.rpartition("/")[2]
    assert (step["revision"], step["owner"], step["status"]) == (revision, "public", 200)
    assert "problem" not in step
    assert 0 < step["load_ms"] + step["env_ms"] + step["save_ms"] <= step["total_ms"]


def test_a_refused_call_says_which_problem_it_met(settings: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    with served("local", settings) as client:
        api = Api(client)
        instance = api.create()
        api.post(f"{instance}/reset/")
        api.post(f"{instance}/step/", {"action": 7})
        api.post(f"{instance}/step/", b"{")
        api.client.send("PATCH", "/v1/envs/")
    told = [(line["status"], line.get("problem")) for line in lines(capfd)[2:]]
    assert told == [(422, "invalid-action"), (422, "invalid-request"), (405, "method-not-allowed")]


def test_a_bug_is_in_the_log_as_a_500(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("shared.session.calls.operations.Reset", broken)
    with served("local", settings) as client:
        api = Api(client)
        api.post(f"{api.create()}/reset/")
    assert [(line["status"], line.get("problem")) for line in lines(capfd)] == [(200, None), (500, "internal")]


def test_neither_a_key_nor_a_body_is_in_the_log(settings: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    with served("local", dataclasses.replace(settings, api_keys=(("ann", "hunter2"),))) as client:
        api = Api(client)
        body = {"env_id": "CartPole-v1", "kwargs": {"a": "of-the-body"}}
        api.post("/v1/envs/?x=of-the-query", body, authorization="Bearer hunter2")
        api.post("/v1/envs/", body, authorization="Bearer wrong-secret")
    written = capfd.readouterr().err
    assert [json.loads(line)["status"] for line in written.splitlines()] == [400, 401]
    assert json.loads(written.splitlines()[0])["owner"] == "ann"
    assert not re.search("hunter2|wrong-secret|of-the-body|of-the-query", written)


@pytest.mark.parametrize(("level", "statuses"), [("calls", [200, 404]), ("errors", [404]), ("off", [])])
def test_the_setting_says_which_calls_are_logged(
    level: Any, statuses: list[int], settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    with served("local", dataclasses.replace(settings, log=level)) as client:
        api = Api(client)
        api.get("/v1/envs/")
        api.get("/v1/envs/00000000-0000-4000-8000-000000000000/")
    assert [line["status"] for line in lines(capfd)] == statuses


@pytest.mark.parametrize("mode", MODES)
def test_a_client_names_its_request(mode: str, settings: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    with served(mode, settings) as client:
        reply = Api(client).get("/v1/envs/", **{"x-request-id": "job-7/step.12"})
    assert reply.headers["x-request-id"] == "job-7/step.12"
    assert [line["request"] for line in lines(capfd)] == ["job-7/step.12"]


@pytest.mark.parametrize("given", ["", "two words", 'a"b', "x" * 129, "-starts-with-a-dash"])
def test_a_name_that_could_not_stand_in_a_log_is_replaced(given: str, local: Api) -> None:
    replies = [local.get("/v1/envs/", **{"x-request-id": given}) for _ in range(2)]
    names = [reply.headers["x-request-id"] for reply in replies]
    assert all(re.fullmatch("[0-9a-f]{16}", name) for name in names)
    assert names[0] != names[1]


def test_on_lambda_a_request_has_the_invocations_name(settings: Settings) -> None:
    with served("lambda", settings) as client:
        reply = Api(client).get("/v1/envs/")
    assert reply.headers["x-request-id"] == "52fdfc07-2182-454f-963f-5f0f9a621d72"


def test_a_reply_about_an_instance_says_where_its_time_went(api: Api) -> None:
    instance = api.create()
    for reply in (api.post(f"{instance}/reset/"), api.post(f"{instance}/step/", {"action": 9})):
        assert re.fullmatch(
            r"load;dur=\d+\.\d{3}, env;dur=\d+\.\d{3}, save;dur=\d+\.\d{3}", reply.headers["server-timing"]
        )
    assert "server-timing" not in api.get("/v1/envs/").headers


def test_what_is_made_again_says_how_long_that_took(settings: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    """In the log line, and in the reply for whoever waited."""
    with served("local", settings) as client:
        api = Api(client)
        instance = api.create("CartPole-v1", record=True, render_mode="rgb_array")
        api.post(f"{instance}/reset/", {"seed": 1})
        past = ("at/1/", "at/1/render/", "frames/?from=1", "episodes/1/", "episodes/1/video/?format=webp")
        replies = [api.get(f"{instance}/{path}") for path in past]
        replies.append(api.post(f"{instance}/verify/"))
    for reply, line in zip(replies, lines(capfd)[2:], strict=True):
        assert reply.status == 200
        assert reply.headers["server-timing"] == f"replay;dur={line['replay_ms']:.3f}"
        assert 0 < line["replay_ms"] <= line["total_ms"]
