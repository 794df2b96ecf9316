"""Sessions on real servers, which are killed and crowded."""

import json
import os
import signal
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing
from pathlib import Path
from typing import Any

import gymnasium
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.applications import Api
from tests.functions.test_call_limit import answered, wait_until, workers
from tests.servers import Server, supervised

AHEAD = 32
"""Messages that may be unanswered."""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"GYM_HTTP_STORE": f"sqlite:///{tmp_path}/snapshots.db"}


def session(
    server: Server, path: str, query: str = "", **options: Any
) -> AbstractContextManager[ClientConnection]:
    address = server.url.replace("http://", "ws://")
    made: AbstractContextManager[ClientConnection] = connect(
        f"{address}{path}/session/{query}", open_timeout=60, close_timeout=60, **options
    )
    return made


class Player:
    """An agent that sends ahead, and after a lost connection sends again what was not answered."""

    def __init__(self, server: Server, path: str) -> None:
        self._server = server
        self._path = path
        self.connections = 0

    def play(self, messages: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """The replies, in order, whatever becomes of the server."""
        done, until = 0, time.monotonic() + 300
        while done < len(messages):
            assert time.monotonic() < until
            try:
                with session(self._server, self._path) as talk:
                    self.connections += 1
                    sent = done
                    while done < len(messages):
                        while sent < min(done + AHEAD, len(messages)):
                            ack = {"ack": done - 1} if done else {}
                            talk.send(json.dumps({"id": sent, "key": f"k{sent}", **ack, **messages[sent]}))
                            sent += 1
                        reply = json.loads(talk.recv(60))
                        assert reply.pop("id") == done
                        reply.pop("replayed", None)
                        done += 1
                        yield reply
            except (ConnectionClosed, OSError):
                time.sleep(0.05)


def undisturbed(env_id: str, seed: int, actions: Sequence[int]) -> list[Any]:
    """The observations of the same episode in this process."""
    env = gymnasium.make(env_id)
    observation, _ = env.reset(seed=seed)
    observations = [observation]
    for action in actions:
        observation, *_ = env.step(action)
        observations.append(observation)
    return [[float(number) for number in each] for each in observations]


def test_a_session_goes_on_where_it_was_after_its_server_was_killed(environment: dict[str, str]) -> None:
    actions = [number // 3 % 2 for number in range(300)]
    messages = [{"call": "reset", "seed": 5}, *({"call": "step", "action": action} for action in actions)]
    with supervised(**environment) as server:
        assert answered(server, "/v1/health/")
        player = Player(server, Api(server).create("Acrobot-v1"))
        replies = []
        for reply in player.play(messages):
            replies.append(reply)
            if len(replies) in (40, 150):
                for pid in workers(server):
                    os.kill(pid, signal.SIGKILL)
    assert [reply["observation"] for reply in replies] == undisturbed("Acrobot-v1", 5, actions)
    assert [reply["revision"] for reply in replies] == [*range(1, len(messages) + 1)], "each was applied once"
    assert player.connections >= 3


ANN = {"authorization": "Bearer very-secret"}
SECRET = "bearer.dmVyeS1zZWNyZXQ"


def test_a_crowded_server_refuses_politely_and_writes_no_secret_anywhere(environment: dict[str, str]) -> None:
    with supervised(GYM_HTTP_MAX_SOCKETS="20", GYM_HTTP_API_KEYS="ann:very-secret", **environment) as server:
        assert answered(server, "/v1/health/")
        created = Api(server).post("/v1/envs/", {"env_id": "CartPole-v1"}, **ANN).json
        path = f"/v1/envs/{created['instance_id']}"
        ticket = Api(server).post(f"{path}/monitor/ticket/", {"scope": "session"}, **ANN).json["ticket"]
        refuse_what_is_no_handshake(server, path)
        with ExitStack() as stack:
            offered: Any = [SECRET, "gymnasium.v1.json"]
            talk = stack.enter_context(session(server, path, subprotocols=offered))
            assert talk.subprotocol == "gymnasium.v1.json"
            for _ in range(19):
                stack.enter_context(session(server, path, f"?ticket={ticket}"))
            for _ in range(20):
                with pytest.raises(InvalidStatus) as refused, session(server, path, f"?ticket={ticket}"):
                    pass
                response = refused.value.response
                assert (response.status_code, response.headers["retry-after"]) == (503, "5")
                assert json.loads(response.body or b"")["type"].endswith("sockets-full")
            talk.send('{"id": 1, "call": "reset", "seed": 1}')
            assert json.loads(talk.recv(60))["revision"] == 1
            assert Api(server).post(f"{path}/step/", {"action": 1}, **ANN).status == 200
        wait_until(lambda: opens(server, path, f"?ticket={ticket}"))
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(60) == 0
        written = server.rest.result(60).decode()
    assert '"endpoint":"/v1/envs/{instance_id}/session/","status":101' in written
    assert "[accepted]" not in written
    for hidden in (ticket, SECRET, SECRET.partition(".")[2], "very-secret"):
        assert hidden not in written


def opens(server: Server, path: str, query: str) -> bool:
    """Whether one more can be opened."""
    try:
        with session(server, path, query):
            return True
    except InvalidStatus:
        return False


def refuse_what_is_no_handshake(server: Server, path: str) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    for head in (
        "upgrade: websocket\r\nconnection: upgrade\r\n",
        "upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-key: x\r\nsec-websocket-version: 13\r\n",
        "upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 8\r\n",
    ):
        with closing(socket.create_connection((host, int(port)), 60)) as raw:
            raw.sendall(f"GET {path}/session/ HTTP/1.1\r\nhost: localhost\r\n{head}\r\n".encode())
            assert int(raw.makefile("rb").readline().split()[1]) in (400, 426)
