"""Who may open a session, in which form, and how many may be open."""

import base64
import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from shared.settings import Settings
from tests.talk import Local, Talk, serving

ANN, BOB = {"authorization": "Bearer a"}, {"authorization": "Bearer b"}
UNKNOWN = "/v1/envs/5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11"


@pytest.fixture
def here(settings: Settings) -> Iterator[Local]:
    with serving(dataclasses.replace(settings, log="off")) as client:
        yield client


@pytest.fixture
def keyed(settings: Settings) -> Iterator[Local]:
    keys = (("ann", "a"), ("bob", "b"))
    with serving(dataclasses.replace(settings, api_keys=keys, signing_keys=("k" * 32,), log="off")) as client:
        yield client


def refused(here: Local, path: str, **options: Any) -> tuple[int, str]:
    """The status and the kind of problem with which a session is refused."""
    with pytest.raises(WebSocketDenialResponse) as denied, here.client.websocket_connect(path, **options):
        pass
    problem = denied.value.json()
    assert problem["status"] == denied.value.status_code
    return problem["status"], problem["type"].rpartition(":")[2]


def bearer(secret: str) -> str:
    return "bearer." + base64.urlsafe_b64encode(secret.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        ([], None),
        (["gymnasium.v1.json"], "gymnasium.v1.json"),
        (["gymnasium.v1.msgpack", "gymnasium.v1.json"], "gymnasium.v1.msgpack"),
        (["other", "gymnasium.v1.json"], "gymnasium.v1.json"),
        ([bearer("x"), "gymnasium.v1.json"], "gymnasium.v1.json"),
        ([bearer("x")], None),
    ],
)
def test_the_first_subprotocol_of_ours_is_chosen(here: Local, offered: list[str], chosen: str | None) -> None:
    with here.client.websocket_connect(f"{here.create()}/session", subprotocols=offered or None) as socket:
        assert socket.accepted_subprotocol == chosen


def test_other_subprotocols_alone_are_refused(here: Local) -> None:
    assert refused(here, f"{UNKNOWN}/session/", subprotocols=["other"]) == (422, "invalid-value")
    assert refused(here, f"{UNKNOWN}/session/?arrays=hex") == (422, "invalid-value")


def test_an_instance_that_is_not_there_is_told_to_each_call(here: Local) -> None:
    with here.session(UNKNOWN) as talk:
        assert talk.problem("step", action=1) == (404, "instance-not-found")
        assert talk.problem("close") == (404, "instance-not-found")


def test_what_is_no_id_or_no_path_is_refused(here: Local) -> None:
    assert refused(here, "/v1/envs/..%2Fx/session/")[0] == 404
    assert refused(here, "/v1/envs/x/session/") == (404, "instance-not-found")
    assert refused(here, "/v1/envs/") == (404, "path-not-found")
    assert refused(here, f"{UNKNOWN}/step/") == (404, "path-not-found")


def test_a_request_that_is_no_upgrade_is_told_so(here: Local) -> None:
    reply = here.client.get(f"{UNKNOWN}/session/")
    assert (reply.status_code, reply.headers["upgrade"]) == (426, "websocket")
    assert reply.json()["type"] == "urn:gym-http:problem:upgrade-required"


@pytest.mark.parametrize(
    "options",
    [{"headers": ANN}, {"subprotocols": [bearer("a"), "gymnasium.v1.json"]}, {"subprotocols": ["x", bearer("a")]}],
)
def test_a_key_opens_its_owners_sessions(keyed: Local, options: dict[str, Any]) -> None:
    path = keyed.create(headers=ANN)
    if "x" in options.get("subprotocols", ()):
        assert refused(keyed, f"{path}/session/", **options) == (422, "invalid-value")
        return
    with keyed.session(path, **options) as talk:
        assert talk("reset", seed=1)["revision"] == 1
        assert bearer("a") != talk.socket.accepted_subprotocol


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"headers": {"authorization": "Bearer x"}},
        {"headers": {"authorization": "Basic a"}},
        {"subprotocols": [bearer("x"), "gymnasium.v1.json"]},
        {"subprotocols": ["bearer.a", "gymnasium.v1.json"]},
        {"subprotocols": ["bearer._w", "gymnasium.v1.json"]},
        {"subprotocols": ["bearer.", "gymnasium.v1.json"]},
    ],
)
def test_without_a_valid_key_no_session_opens(keyed: Local, options: dict[str, Any]) -> None:
    assert refused(keyed, f"{keyed.create(headers=ANN)}/session/", **options) == (401, "unauthorized")


def test_another_owners_instance_is_not_there(keyed: Local) -> None:
    with keyed.session(keyed.create(headers=ANN), headers=BOB) as talk:
        assert talk.problem("reset") == (404, "instance-not-found")


def test_a_ticket_for_a_session_opens_one_and_does_nothing_else(keyed: Local) -> None:
    path, other = keyed.create(headers=ANN), keyed.create(headers=ANN)
    watch = keyed.post(f"{path}/monitor/ticket/", **ANN)["ticket"]
    ticket = keyed.post(f"{path}/monitor/ticket/", {"scope": "session"}, **ANN)["ticket"]
    assert keyed.post(f"{path}/monitor/ticket/", {"scope": "all"}, **ANN)["status"] == 422
    with keyed.client.websocket_connect(f"{path}/session/?ticket={ticket}") as socket:
        assert Talk(socket)("reset", seed=1)["revision"] == 1
    assert refused(keyed, f"{path}/session/?ticket={watch}") == (401, "unauthorized")
    assert refused(keyed, f"{other}/session/?ticket={ticket}") == (401, "unauthorized")
    assert refused(keyed, f"{path}/session/?ticket=x") == (401, "unauthorized")
    assert keyed.client.get(f"{path}/monitor/stream/?ticket={ticket}").status_code == 401
    assert keyed.client.post(f"{path}/step/?ticket={ticket}", json={"action": 1}).status_code == 401


def test_pages_of_other_origins_and_names_that_were_pointed_here_are_refused(settings: Settings) -> None:
    chosen = dataclasses.replace(settings, allowed_hosts=("localhost",), cors_origins=("https://a.example",))
    with serving(chosen) as here:
        address = f"{UNKNOWN}/session/"
        evil = {"host": "localhost", "origin": "https://evil.example"}
        assert refused(here, address, headers=evil) == (403, "origin-not-allowed")
        assert refused(here, address, headers={"host": "evil.example"}) == (421, "host-not-allowed")
        for origin in ("https://a.example", "http://localhost"):
            with here.session(UNKNOWN, headers={"host": "localhost", "origin": origin}) as talk:
                assert talk.problem("reset")[0] == 404


def test_sockets_over_the_limit_are_refused_until_one_has_closed(settings: Settings) -> None:
    with serving(dataclasses.replace(settings, max_sockets=2, log="off")) as here:
        path = here.create()
        with here.session(path) as one:
            with here.session(path):
                assert refused(here, f"{path}/session/") == (503, "sockets-full")
                assert one("reset", seed=1)["revision"] == 1, "those that are open go on"
            with here.session(path) as next_one:
                assert next_one("step", action=1)["revision"] == 2


def test_a_server_that_ends_opens_no_session(here: Local) -> None:
    service = here.client.app._service.opened  # type: ignore[attr-defined]
    with here.session(here.create()) as talk:
        talk("reset", seed=1)
        service.ending.tell()
        talk.send("step", action=1)
        assert talk.receive()["revision"] == 2, "it was read before"
        with pytest.raises(WebSocketDisconnect) as closed:
            talk.receive()
        assert (closed.value.code, closed.value.reason) == (1012, "reconnect")
    assert refused(here, f"{UNKNOWN}/session/") == (503, "server-ending")
