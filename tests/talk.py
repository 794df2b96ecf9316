"""A session in this process, for tests: one message and its reply at a time, or many."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from starlette.testclient import TestClient, WebSocketTestSession

from functions import local
from shared.settings import Settings
from shared.web.app.application import create_app


class Talk:
    """A session in JSON, whose messages are numbered."""

    def __init__(self, socket: WebSocketTestSession) -> None:
        self.socket = socket
        self.number = 0

    def send(self, call: str, **members: Any) -> int:
        """Send a message ahead, and return its number."""
        self.number += 1
        self.socket.send_text(json.dumps({"id": self.number, "call": call, **members}))
        return self.number

    def receive(self) -> dict[str, Any]:
        """The next reply."""
        reply: dict[str, Any] = json.loads(self.socket.receive_text())
        return reply

    def __call__(self, call: str, **members: Any) -> dict[str, Any]:
        """The reply to a message, without its number."""
        number = self.send(call, **members)
        reply = self.receive()
        assert reply.pop("id") == number
        return reply

    def problem(self, call: str, **members: Any) -> tuple[int, str]:
        """The status and the kind of problem that a message is answered with."""
        told = self(call, **members)["problem"]
        return told["status"], told["type"].rpartition(":")[2]


class Local:
    """Every endpoint in one application in this process."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def create(self, env_id: str = "CartPole-v1", **body: Any) -> str:
        """The path of a new instance."""
        headers = body.pop("headers", {})
        created = self.client.post("/v1/envs/", json={"env_id": env_id, **body}, headers=headers)
        assert created.status_code == 200, created.content
        return f"/v1/envs/{created.json()['instance_id']}"

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """The reply to a POST, as JSON."""
        return self.client.post(path, json={} if body is None else body, headers=headers).json()

    @contextmanager
    def session(self, path: str, **options: Any) -> Iterator[Talk]:
        """A session on the instance."""
        with self.client.websocket_connect(f"{path}/session/", **options) as socket:
            yield Talk(socket)


@contextmanager
def serving(settings: Settings) -> Iterator[Local]:
    """Every endpoint with these settings."""
    modules = (*local.MODULES, *local.LOCAL_MODULES)
    app = create_app(*(module.router for module in modules), settings=settings)
    with TestClient(app, raise_server_exceptions=False, base_url="http://localhost") as client:
        yield Local(client)
