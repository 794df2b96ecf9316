"""The same requests through every way in which the endpoints are served."""

import base64
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from mangum import Mangum
from starlette.testclient import TestClient

from functions import local
from shared.settings import Settings
from shared.web.app.application import Application, create_app
from shared.web.app.routing import Router


@dataclass(frozen=True)
class Reply:
    """A reply as a client sees it."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)


class Client(Protocol):
    """Whatever takes a request to the endpoints."""

    def send(
        self, method: str, path: str, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Reply: ...


class Api:
    """Short calls on a client, for tests."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, path: str, **headers: str) -> Reply:
        return self.client.send("GET", path, None, headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Reply:
        content = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
        return self.client.send("POST", path, content, {"content-type": "application/json", **headers})

    def delete(self, path: str, **headers: str) -> Reply:
        return self.client.send("DELETE", path, None, headers)

    def create(self, env_id: str = "CartPole-v1", **body: Any) -> str:
        """The path of a new instance."""
        reply = self.post("/v1/envs/", {"env_id": env_id, **body})
        assert reply.status == 200, reply.content
        return f"/v1/envs/{reply.json['instance_id']}"


class Asgi:
    """An application in this process."""

    def __init__(self, client: TestClient) -> None:
        self._client = client

    def send(
        self, method: str, path: str, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Reply:
        answer = self._client.request(method, path, content=content, headers=headers, follow_redirects=False)
        return Reply(answer.status_code, dict(answer.headers), answer.content)


class _Lambda:
    """Each request as an API Gateway HTTP API event (payload 2.0) to the handler of its function."""

    def __init__(self, handlers: "dict[Router, Mangum]") -> None:
        self._handlers = handlers

    def send(
        self, method: str, path: str, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Reply:
        router = router_of(method, path)
        answer = self._handlers[router](
            _event(method, path, content, headers or {}),
            Context(),  # type: ignore[arg-type]
        )
        body = answer.get("body") or ""
        raw = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
        return Reply(answer["statusCode"], dict(answer["headers"]), raw)


class Context:
    """What Lambda tells a handler of the invocation."""

    aws_request_id = "52fdfc07-2182-454f-963f-5f0f9a621d72"
    remaining_ms = 60_000

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms


class _EachAlone:
    """Every endpoint in an application of its own: two calls share nothing but the store.

    An application starts with its first request, since a test calls few of them.
    """

    def __init__(self, settings: Settings, stack: ExitStack) -> None:
        self._settings = settings
        self._stack = stack
        self._clients: dict[Router, Asgi] = {}

    def send(
        self, method: str, path: str, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Reply:
        router = router_of(method, path)
        if router not in self._clients:
            app = create_app(router, settings=self._settings)
            client = TestClient(app, raise_server_exceptions=False)
            self._clients[router] = Asgi(self._stack.enter_context(client))
        return self._clients[router].send(method, path, content, headers)


def router_of(method: str, path: str) -> Router:
    """The router whose function a gateway would send the request to."""
    parts = urlsplit(path).path.strip("/").split("/")
    routers: list[Router] = [module.router for module in local.MODULES]
    for router in routers:
        for endpoint in router.endpoints:
            pattern = endpoint.path.strip("/").split("/")
            fits = len(parts) == len(pattern) and all(
                want.startswith("{") or want == have for want, have in zip(pattern, parts, strict=True)
            )
            if fits and endpoint.method == method:
                return router
    return routers[0]


@contextmanager
def alone(app: Application) -> Iterator[Client]:
    """A client of an application as it is."""
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Asgi(client)


@contextmanager
def served(kind: str, settings: Settings) -> Iterator[Client]:
    """A client of the endpoints, served as one application, each alone, or as Lambda functions."""
    with ExitStack() as stack:
        if kind == "local":
            app = create_app(
                *(module.router for module in (*local.MODULES, *local.LOCAL_MODULES)),
                settings=settings,
                documented=True,
                pages=local.PAGES,
            )
            yield Asgi(stack.enter_context(TestClient(app, raise_server_exceptions=False)))
        elif kind == "each alone":
            yield _EachAlone(settings, stack)
        else:
            yield _Lambda(
                {
                    module.router: Mangum(create_app(module.router, settings=settings), lifespan="off")
                    for module in local.MODULES
                }
            )


def _event(method: str, path: str, content: bytes | None, headers: dict[str, str]) -> dict[str, Any]:
    split = urlsplit(path)
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": split.path,
        "rawQueryString": split.query,
        "headers": {"host": "localhost", **headers},
        "requestContext": {
            "http": {"method": method, "path": split.path, "sourceIp": "127.0.0.1"},
            "stage": "$default",
        },
        "body": base64.b64encode(content or b"").decode(),
        "isBase64Encoded": True,
    }
