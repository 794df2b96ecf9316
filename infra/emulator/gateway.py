"""The deployment of `template.yaml` on this machine: Lambda's runtime behind a stand-in for API Gateway.

It does what `sam local start-api` does, without Docker. A request becomes an event of payload format 2.0, its
function runs in AWS's Runtime Interface Emulator, and its answer becomes the reply. The gateway answers CORS, as
on AWS.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from infra.aws.routes import Match, Routes
from infra.aws.template import Cors, Function, Template
from infra.emulator import event as lambda_event
from infra.emulator.event import HttpReply, failure
from infra.emulator.sandbox import LARGEST_EVENT, ROOT, Sandbox, SandboxFailed
from infra.emulator.sandbox_pool import SandboxPool

# They belong to one connection, or the gateway sets them itself.
_NOT_PASSED_ON = {"connection", "content-length", "keep-alive", "transfer-encoding", "date", "server"}


class Gateway:
    """An ASGI application that hands each request to its function."""

    def __init__(
        self,
        template: Template,
        environment: Mapping[str, str],
        logs: Path,
        *,
        sandboxes: int = 2,
        rotate: bool = False,
        artefact: Path = ROOT,
    ) -> None:
        """`environment` is added to every function's; each function has at most `sandboxes` processes.

        With `rotate`, consecutive events of one function go to different processes.
        """
        logs.mkdir(parents=True, exist_ok=True)
        self._routes = Routes(template.functions)
        self._cors = template.cors

        def pool(function: Function) -> SandboxPool:
            log = logs / f"{function.name}.log"
            return SandboxPool(lambda: Sandbox(function, environment, log, artefact), sandboxes, rotate)

        self._pools = {function.name: pool(function) for function in template.functions}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or start and end with the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            request = Request(scope, receive)
            answer = await self._answer(request)
            response = Response(answer.content, answer.status)
            headers = _with_cors(answer.headers, self._cors, request.headers.get("origin"))
            response.raw_headers += [
                (name.encode("latin-1"), value.encode("latin-1"))
                for name, value in headers
                if name not in _NOT_PASSED_ON
            ]
            await response(scope, receive, send)

    async def stop(self) -> None:
        """End every function's processes."""
        for pool in self._pools.values():
            await pool.stop()

    async def _answer(self, request: Request) -> HttpReply:
        if request.method == "OPTIONS" and "origin" in request.headers:
            return _preflight(request, self._cors)
        match = self._routes.find(request.method, request.url.path)
        if match is None:
            return failure(404, "Not Found")
        event = await _event(request, match)
        if len(json.dumps(event)) > LARGEST_EVENT:
            return failure(413, "Request Entity Too Large")
        try:
            answer, process = await self._pools[match.function.name].invoke(event)
        except SandboxFailed as error:
            print(error)
            return failure(500, "Internal Server Error")
        reply = lambda_event.reply(answer)
        return reply._replace(headers=[*reply.headers, ("x-sandbox", f"{match.function.endpoint} {process}")])

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return


async def _event(request: Request, match: Match) -> dict[str, Any]:
    query = request.url.query
    return lambda_event.event(
        match.route,
        request.scope["raw_path"].decode("latin-1") + (f"?{query}" if query else ""),
        method=request.method,
        parameters=match.parameters,
        headers=[(name, value) for name, value in request.headers.items()],
        content=await request.body(),
        source=request.client.host if request.client else "127.0.0.1",
    )


def _preflight(request: Request, cors: Cors) -> HttpReply:
    """API Gateway's own answer: 204, with what is allowed only if all that was asked for is."""
    asked = request.headers.get("access-control-request-headers", "")
    wanted = {name.strip().lower() for name in asked.split(",") if name.strip()}
    if request.headers.get("access-control-request-method") not in cors.methods:
        return HttpReply(204, [], b"")
    if wanted - {name.lower() for name in cors.headers}:
        return HttpReply(204, [], b"")
    headers = [
        ("access-control-allow-methods", ",".join(cors.methods)),
        ("access-control-allow-headers", ",".join(cors.headers)),
        ("access-control-max-age", str(cors.max_age_s)),
    ]
    return HttpReply(204, headers, b"")


def _with_cors(headers: list[tuple[str, str]], cors: Cors, origin: str | None) -> list[tuple[str, str]]:
    """The reply's headers with the gateway's CORS in place of the function's."""
    from_function = (
        "access-control-allow-origin",
        "access-control-expose-headers",
        "access-control-allow-credentials",
    )
    kept = [(name, value) for name, value in headers if name not in from_function]
    if origin is None or not {"*", origin} & {*cors.origins}:
        return kept
    allowed = "*" if "*" in cors.origins else origin
    return [
        *kept,
        ("access-control-allow-origin", allowed),
        ("access-control-expose-headers", ",".join(cors.exposed)),
    ]
