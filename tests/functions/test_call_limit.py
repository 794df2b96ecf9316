"""A call that goes on too long ends, and nothing is lost by it: neither its instance nor any other."""

import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from shared.settings import Settings
from tests import applications
from tests.applications import Api, served
from tests.servers import Server, supervised

MODULE = "tests.stuck"
_PATIENCE_S = 120

pytestmark = pytest.mark.usefixtures("tried_once")

RESTORING = [
    ("POST", "reset/", {}),
    ("POST", "step/", {"action": 0}),
    ("POST", "rollout/", {"actions": [0]}),
    ("GET", "action_space/", None),
    ("POST", "action_space/sample/", {}),
    ("POST", "action_space/contains/", {"value": 0}),
    ("GET", "observation_space/", None),
    ("POST", "observation_space/sample/", {}),
    ("POST", "observation_space/contains/", {"value": 0}),
    ("GET", "interface/", None),
    ("POST", "render/", None),
    ("GET", "monitor/render/", None),
]
"""Calls that need the live environment."""


@pytest.fixture(params=["local", "lambda"])
def api(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Api]:
    settings = Settings(
        store=f"sqlite:///{tmp_path}/snapshots.db", env_modules=(MODULE,), max_call_seconds=0.3, log="off"
    )
    with served(request.param, settings) as client:
        yield Api(client)


@pytest.mark.parametrize("then", ["loop", "swallow"])
def test_python_code_is_interrupted_and_the_instance_stays_as_it_was(api: Api, then: str) -> None:
    """One that catches the interruption and returns is refused too: what it did meanwhile is not known."""
    instance = api.create("Stuck-v0")
    api.post(f"{instance}/reset/", {"options": {"then": then}})
    before = api.get(instance).json
    reply = api.post(f"{instance}/step/", {"action": 0})
    assert (reply.status, reply.json["type"]) == (422, "urn:gym-http:problem:call-too-long")
    assert "GYM_HTTP_MAX_CALL_SECONDS" in reply.json["detail"]
    assert api.get(instance).json == before
    assert api.post(f"{instance}/reset/").status == 200
    assert api.post(f"{instance}/step/", {"action": 0}).json["observation"] == 1


def test_an_environment_that_is_not_restored_in_time_is_too_long_for_whatever_is_asked_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So each of these calls declares that error in the API's document."""
    settings = Settings(store=f"sqlite:///{tmp_path}/snapshots.db", env_modules=(MODULE,), log="off")
    with served("local", settings) as client:
        instance = Api(client).create("Stuck-v0", render_mode="ansi")
    monkeypatch.setattr("tests.stuck.Stuck.__init__", lambda self, render_mode: self._loop())
    with served("local", replace(settings, max_call_seconds=0.1)) as client:
        api = Api(client)
        paths = api.get("/openapi.json").json["paths"]
        for method, path, body in RESTORING:
            place = f"{instance}/{path}"
            reply = api.get(place) if method == "GET" else api.post(place, body)
            assert reply.json["type"] == "urn:gym-http:problem:call-too-long", path
            declared = paths[f"/v1/envs/{{instance_id}}/{path}"][method.lower()]["responses"]["422"]
            assert "`call-too-long`" in declared["description"], path


def test_on_lambda_a_call_ends_a_second_before_the_function_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(store=f"sqlite:///{tmp_path}/snapshots.db", env_modules=(MODULE,), log="off")
    with served("lambda", settings) as client:
        api = Api(client)
        instance = api.create("Stuck-v0")
        api.post(f"{instance}/reset/", {"options": {"then": "loop"}})
        monkeypatch.setattr(applications.Context, "remaining_ms", 1400)
        began = time.monotonic()
        reply = api.post(f"{instance}/step/", {"action": 0})
    assert reply.json["type"] == "urn:gym-http:problem:call-too-long"
    assert time.monotonic() - began < settings.max_call_seconds / 2


def over(folder: Path) -> dict[str, str]:
    """Variables of a server with a store in the folder."""
    return {
        "GYM_HTTP_STORE": f"sqlite:///{folder}/snapshots.db",
        "GYM_HTTP_ENV_MODULES": MODULE,
        "GYM_HTTP_MAX_CALL_SECONDS": "1",
    }


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return over(tmp_path)


@pytest.fixture(scope="module")
def replaced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One parent for the tests that cost it a server each."""
    with supervised(**over(tmp_path_factory.mktemp("replaced"))) as server:
        yield server


def answered(server: Server, path: str) -> bool:
    """Whether the server answers within two minutes."""
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        try:
            return server.send("GET", path).status == 200
        except httpx2.TransportError:
            time.sleep(0.1)
    return False


@pytest.mark.parametrize("then", ["sleep", "hold", "crash"])
def test_native_code_costs_the_server_which_is_replaced_and_goes_on_with_every_instance(
    replaced: Server, then: str
) -> None:
    api = Api(replaced)
    assert answered(replaced, "/v1/health/")
    stuck, other = api.create("Stuck-v0"), api.create("Stuck-v0")
    api.post(f"{stuck}/reset/", {"options": {"then": then}})
    api.post(f"{other}/reset/")
    [first] = workers(replaced)
    try:
        reply = api.post(f"{stuck}/step/", {"action": 0})
    except httpx2.TransportError:
        pass  # the server ended first, as it may while it answers, and does where nothing else can run
    else:
        assert (then, reply.json["type"]) == ("sleep", "urn:gym-http:problem:call-too-long")
        assert "replaced" in reply.json["detail"]
    wait_until(lambda: first not in workers(replaced))
    assert answered(replaced, "/v1/health/")
    assert api.post(f"{other}/step/", {"action": 0}).json["observation"] == 1
    assert api.get(stuck).json["steps"] == 0


def test_a_server_ends_with_its_parent_and_leaves_the_port(environment: dict[str, str]) -> None:
    """However the parent ends: the next server is to have the port."""
    with supervised(**environment) as server:
        assert answered(server, "/v1/health/")
        server.kill()
        wait_until(lambda: not listens(server))


def test_a_wrong_setting_ends_the_parent_too(environment: dict[str, str]) -> None:
    with supervised(**environment, GYM_HTTP_SIGNING_KEYS="short") as server:
        assert server.process.wait(_PATIENCE_S) != 0
        assert b"GYM_HTTP_SIGNING_KEYS" in server.rest.result(_PATIENCE_S)


def test_in_memory_is_served_without_a_parent(environment: dict[str, str]) -> None:
    """Another process could continue nothing, and would answer 404 for what it had."""
    with supervised(**{**environment, "GYM_HTTP_STORE": "memory:"}) as server:
        Api(server).create("CartPole-v1")
        assert workers(server) == []


def workers(server: Server) -> list[int]:
    """The processes that a supervised server's parent has started to serve."""
    pid = server.process.pid
    children = map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return [child for child in children if b"spawn_main" in _command_line(child)]


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it has ended since it was listed
        return b""


def listens(server: Server) -> bool:
    """Whether anything has the server's port."""
    try:
        socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))).close()
    except ConnectionRefusedError:
        return False
    return True


def wait_until(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE_S
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.05)
