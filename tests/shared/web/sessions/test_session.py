"""A session's calls are HTTP's: equal replies and problems, in order, each applied once, mixed with HTTP's own."""

import dataclasses
import json
import math
from collections.abc import Iterator
from typing import Any

import msgpack
import pytest
from gymnasium_http.transport import exact

from functions import local, session_env
from shared.session.stored.header import RECENT_CALLS
from shared.settings import Settings
from tests.talk import Local, Talk, serving


@pytest.fixture
def here(settings: Settings) -> Iterator[Local]:
    with serving(settings) as client:
        yield client


CALLS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("interface", "GET", "interface/", {}),
    ("action_space", "GET", "action_space/", {}),
    ("observation_space", "GET", "observation_space/", {}),
    ("reset", "POST", "reset/", {"seed": 7}),
    ("step", "POST", "step/", {"action": 1}),
    ("rollout", "POST", "rollout/", {"policy": "random", "steps": 5}),
    ("explore", "POST", "explore/", {"policy": "random", "count": 3, "steps": 4}),
    ("sample", "POST", "action_space/sample/", {}),
    ("contains", "POST", "action_space/contains/", {"value": 5}),
    ("sample_observation", "POST", "observation_space/sample/", {}),
    ("contains_observation", "POST", "observation_space/contains/", {"value": 5}),
    ("render", "POST", "render/", {}),
    ("look", "GET", "monitor/render/", {}),
    ("checkpoints", "GET", "checkpoints/", {}),
    ("verify", "POST", "verify/", {}),
    ("record", "POST", "record/", {"on": True}),
    ("step", "POST", "step/", {"action": 0}),
    ("verify", "POST", "verify/", {}),
    ("delete_history", "DELETE", "history/", {}),
    ("step", "POST", "step/", {"action": 9}),
    ("rollout", "POST", "rollout/", {"actions": [0, 9]}),
    ("restore", "POST", "restore/", {"checkpoint_id": "none"}),
    ("reset", "POST", "reset/", {"seed": -1}),
    ("fork", "POST", "fork/", {"count": 0}),
    ("checkpoint", "POST", "checkpoints/", {"name": "x" * 201}),
    ("close", "DELETE", "", {}),
    ("describe", "GET", "", {}),
    ("step", "POST", "step/", {"action": 1}),
]


def test_every_call_is_answered_as_over_http(here: Local) -> None:
    paths = [here.create(seed=3, render_mode="ansi", env_id="FrozenLake-v1") for _ in range(2)]
    with here.session(paths[0]) as talk:
        for call, method, path, body in CALLS:
            http = here.client.request(method, f"{paths[1]}/{path}", json=body if method == "POST" else None)
            told = talk(call, **body)
            revision, said = told.pop("revision", None), http.json()
            if http.status_code != 200:
                assert told == {"problem": said}, call
            else:
                assert told == said, call
                assert revision is None or f'"{revision}"' == http.headers["etag"], call


def test_the_calls_of_branching_are_made(here: Local) -> None:
    path = here.create()
    with here.session(path) as talk:
        talk("reset", seed=1)
        kept = talk("checkpoint", name="here")
        [fork] = talk("fork")["instance_ids"]
        stepped = talk("step", action=1)
        assert here.post(f"/v1/envs/{fork}/step/", {"action": 1})["observation"] == stepped["observation"]
        assert talk("restore", checkpoint_id=kept["checkpoint_id"])["steps"] == 0
        assert talk("step", action=1)["observation"] == stepped["observation"]
        assert talk.problem("delete_checkpoint", checkpoint_id="../..") == (404, "checkpoint-not-found")
        assert talk("delete_checkpoint", checkpoint_id=kept["checkpoint_id"])["message"] == "Checkpoint deleted."
        assert talk.problem("delete_checkpoint", checkpoint_id=kept["checkpoint_id"])[0] == 404
        assert talk("checkpoints")["checkpoints"] == []


def test_every_call_on_an_instance_can_be_made_but_those_that_are_none_of_a_session() -> None:
    over_http = (
        *("session/", "monitor/stream/", "snapshot/", "frames/", "lineage/"),
        *("history/", "at/{revision}/", "at/{revision}/render/"),
        *("episodes/", "episodes/{number}/", "episodes/{number}/video/"),
    )
    others = {("GET", f"/v1/envs/{{instance_id}}/{path}") for path in over_http}
    others |= {("POST", "/v1/envs/{instance_id}/monitor/ticket/")}
    declared = {
        (each.method, each.path)
        for module in (*local.MODULES, *local.LOCAL_MODULES)
        for each in module.router.endpoints
        if each.path.startswith("/v1/envs/{instance_id}/") and (each.method, each.path) not in others
    }
    assert {(each.method, each.path) for each in session_env.CALLS.values()} == declared


def test_messages_are_answered_in_the_order_in_which_they_came(here: Local) -> None:
    alone, ahead = here.create(seed=4), here.create(seed=4)
    actions = [number % 2 for number in range(100)]
    with here.session(alone) as one, here.session(ahead) as many:
        expected = [one("reset"), *(one("step", action=action) for action in actions)]
        numbers = [many.send("reset"), *(many.send("step", action=action) for action in actions)]
        replies = [many.receive() for _ in numbers]
    assert [reply.pop("id") for reply in replies] == numbers
    assert replies == expected


def test_calls_of_http_and_of_sessions_mix(here: Local) -> None:
    mixed, alone = here.create(seed=4), here.create(seed=4)
    with here.session(mixed) as one, here.session(mixed) as other:
        one("reset")
        here.post(f"{alone}/reset/")
        for number in range(12):
            stepped: Any = [one, other, None][number % 3]
            told = (
                here.post(f"{mixed}/step/", {"action": number % 2})
                if stepped is None
                else stepped("step", action=number % 2)
            )
            assert told.pop("revision", number + 2) == number + 2
            assert told == here.post(f"{alone}/step/", {"action": number % 2})


def test_a_key_is_the_same_over_http_and_over_any_session(here: Local) -> None:
    path = here.create()
    with here.session(path) as talk:
        talk("reset", seed=1)
        first = talk("step", action=1, key="k")
        assert "replayed" not in first
    with here.session(path) as talk:
        again = talk("step", action=1, key="k")
        assert again.pop("replayed") is True
        assert again == first
        assert talk.problem("step", action=0, key="k") == (422, "key-reused")
        assert talk.problem("sample", key="k") == (422, "key-reused")
    body = b'{"action":1}'
    headers = {"idempotency-key": "k", "content-type": "application/json"}
    replayed = here.client.post(f"{path}/step/", content=body, headers=headers)
    assert replayed.headers["idempotency-replayed"] == "true"
    assert {"revision": 2, **replayed.json()} == first
    headers["idempotency-key"] = "h"
    stepped = here.client.post(f"{path}/step/", content=body, headers=headers).json()
    with here.session(path) as talk:
        assert talk("step", action=1, key="h") == {"revision": 3, "replayed": True, **stepped}


def keys_kept(here: Local, path: str) -> int:
    """How many calls with keys the stored snapshot remembers."""
    service = here.client.app._service.opened  # type: ignore[attr-defined]
    instance_id = path.rpartition("/")[2]
    [live] = [live for reference, live in service.session.live._entries.items() if reference[1] == instance_id]
    return len(live.header.keyed)


def test_a_reply_is_kept_until_the_client_says_that_it_has_it(here: Local) -> None:
    path = here.create()
    with here.session(path) as talk:
        talk("reset", seed=1)
        first = talk("step", action=1, key="a")
        assert talk("step", action=1, key="a")["replayed"] is True, "no ack yet"
        talk("step", action=0, key="b")
        assert keys_kept(here, path) == 2
        talk("step", action=0, key="c", ack=talk.number)
        assert keys_kept(here, path) == 1
        assert talk("step", action=0, key="c")["replayed"] is True
        for number in range(2 * RECENT_CALLS):
            talk("step" if number % 9 else "reset", **({"action": 0} if number % 9 else {}), ack=talk.number)
        assert keys_kept(here, path) == 0
        assert first["revision"] == 2


def test_a_key_that_was_acknowledged_and_is_used_once_more_is_kept_again(here: Local) -> None:
    with here.session(here.create()) as talk:
        talk("reset", seed=1, key="a")
        talk("step", action=1, key="b", ack=1)
        third = talk("step", action=1, key="a")
        assert third["revision"] == 3
        talk("step", action=0, key="c")
        assert talk("step", action=1, key="a") == {**third, "replayed": True}


def test_a_call_that_was_not_made_leaves_what_was_acknowledged_to_the_next(here: Local) -> None:
    path = here.create()
    with here.session(path) as talk:
        talk("reset", seed=1, key="r")
        assert talk.problem("step", action=7, key="s", ack=1) == (422, "invalid-action")
        talk("step", action=1, key="t", ack=2)
        assert keys_kept(here, path) == 1


def test_a_chained_call_is_made_only_after_a_success(here: Local) -> None:
    with here.session(here.create()) as talk:
        assert talk.problem("reset", chain=True) == (424, "chain-broken"), "nothing came before"
        talk("reset", seed=1)
        assert talk("step", action=1, chain=True)["revision"] == 2
        assert talk.problem("step", action=7, chain=True) == (422, "invalid-action")
        assert talk.problem("step", action=1, chain=True) == (424, "chain-broken")
        assert talk.problem("step", action=1, chain=True) == (424, "chain-broken")
        assert talk("step", action=1)["revision"] == 3
        assert talk("step", action=1, chain=True)["revision"] == 4


def test_a_call_can_be_bound_to_a_revision(here: Local) -> None:
    with here.session(here.create()) as talk:
        talk("reset", seed=1)
        assert talk("step", action=1, if_match=1)["revision"] == 2
        assert talk.problem("step", action=1, if_match=1) == (412, "stale-revision")
        assert talk("step", action=1, if_match=2)["revision"] == 3


@pytest.mark.parametrize(
    "message", ["", "x", "[]", '{"id": 5}', '{"id": 5, "call": "fly"}', '{"call": "step", "action": 1}', b"\x80"]
)
def test_what_is_no_call_is_a_problem_and_the_session_goes_on(here: Local, message: str | bytes) -> None:
    with here.session(here.create()) as talk:
        talk("reset", seed=1)
        if isinstance(message, str):
            talk.socket.send_text(message)
        else:
            talk.socket.send_bytes(message)
        told = talk.receive()
        assert told["id"] == (5 if "5" in str(message) else None)
        assert (told["problem"]["status"], told["problem"]["type"][-15:]) == (422, "invalid-request")
        assert talk.problem("step", action=1, chain=True)[0] == 424
        assert talk("step", action=1)["revision"] == 2


def test_a_body_over_the_limit_is_a_problem_and_the_session_goes_on(settings: Settings) -> None:
    with serving(dataclasses.replace(settings, max_body_bytes=1000)) as here, here.session(here.create()) as talk:
        talk("reset", seed=1)
        assert talk.problem("step", action="x" * 1000) == (413, "body-too-large")
        assert talk.problem("step", action="x" * 900) == (422, "invalid-action")
        assert talk("step", action=1)["revision"] == 2


def test_a_failure_of_ours_is_a_500_and_the_session_goes_on(
    here: Local, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = here.create()
    with here.session(path) as talk:
        talk("reset", seed=1)
        with monkeypatch.context() as patched:
            patched.setattr("shared.web.sessions.session.parse_body", lambda *_: 1 / 0)
            assert talk.problem("reset", seed=1) == (500, "internal")
            patched.setattr("shared.web.sessions.session.InstanceCall", lambda *_: 1 / 0)
            assert talk.problem("step", action=1) == (500, "internal")
        assert "ZeroDivisionError" in caplog.text
        assert talk("step", action=1)["revision"] == 2


def test_messagepack_has_the_exact_form(here: Local) -> None:
    path = here.create("Pendulum-v1")
    with here.client.websocket_connect(f"{path}/session/", subprotocols=["gymnasium.v1.msgpack"]) as socket:
        assert socket.accepted_subprotocol == "gymnasium.v1.msgpack"

        def told(message: dict[str, Any]) -> Any:
            socket.send_bytes(exact.pack(message))
            return exact.unpack(socket.receive_bytes())

        begun = told({"id": 1, "call": "reset", "seed": 5})
        assert (begun["id"], begun["revision"]) == (1, 1)
        assert (begun["observation"].dtype.name, begun["observation"].shape) == ("float32", (3,))
        stepped = told({"id": 2, "call": "step", "action": [0.5]})
        assert type(stepped["reward"]).__name__ == "float64" or type(stepped["reward"]) is float
        refused = told({"id": 3, "call": "step", "action": "x"})
        assert (refused["id"], refused["problem"]["status"]) == (3, 422)
        socket.send_bytes(msgpack.packb({"id": 4, "call": "step", "action": b"bytes"}))
        assert exact.unpack(socket.receive_bytes())["problem"]["type"].endswith("invalid-request")
        http = here.client.post(
            f"{path}/reset/", json={"seed": 5}, headers={"accept": "application/vnd.gymnasium.v1+msgpack"}
        )
        again = exact.unpack(http.content)
        assert again["observation"].tobytes() == begun["observation"].tobytes()


def test_arrays_can_be_typed_in_json(here: Local) -> None:
    path = here.create()
    with here.client.websocket_connect(f"{path}/session/?arrays=base64") as socket:
        told = Talk(socket)("reset", seed=1)
        assert told["observation"]["dtype"] == "float32"


def test_numbers_that_json_lacks_come_as_over_http(here: Local) -> None:
    path = here.create("MountainCarContinuous-v0")
    with here.session(path) as talk:
        talk("reset", seed=1)
        talk.socket.send_text('{"id": 9, "call": "contains", "value": [NaN]}')
        assert (
            talk.receive()["contains"]
            is here.post(f"{path}/action_space/contains/", {"value": ["NaN"]})["contains"]
        )
        assert math.isclose(talk("step", action=[1.0])["reward"], -0.1)


def test_each_call_writes_a_line_of_the_log(settings: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    with serving(settings) as here:
        path = here.create()
        with here.session(path, headers={"x-request-id": "mine"}) as talk:
            talk("reset", seed=1)
            talk.problem("step", action=7)
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines() if line.startswith("{")]
    said = [(line["request"], line["method"], line["endpoint"].split("/")[-2], line["status"]) for line in lines]
    assert ("mine", "GET", "session", 101) in said
    assert ("mine.1", "WS", "reset", 200) in said
    assert ("mine.2", "WS", "step", 422) in said
    assert {line["instance"] for line in lines if line["method"] == "WS"} == {path.rpartition("/")[2]}
