"""From a request to become a WebSocket to what serves it: `Host`, `Origin`, the path, and what is noted."""

import asyncio
import logging
import re
from collections.abc import Callable, Iterable

from starlette.types import Receive, Scope, Send

from shared.errors import GymHTTPError
from shared.web.app.admission import Admission
from shared.web.app.routing import SocketEndpoint
from shared.web.observe.request_log import RequestLog, joined, request_id_of
from shared.web.protocol.problems import (
    INTERNAL,
    PATH_NOT_FOUND,
    PROBLEMS,
    internal_problem,
    problem,
    problem_response,
)
from shared.web.protocol.reply import Reply
from shared.web.service.opened import OpenedService
from shared.web.service.service import Service
from shared.web.sockets.socket import SocketGone
from shared.web.sockets.upgrade import Upgrade

_log = logging.getLogger(__name__)

_UPGRADE = "UPGRADE"
"""To the admission, instead of GET: here the Origin counts, which CORS does not cover."""


class Upgrades:
    """The declared WebSockets as an ASGI application."""

    def __init__(
        self, endpoints: Iterable[SocketEndpoint], service: OpenedService, admission: Callable[[], Admission]
    ) -> None:
        self._endpoints = [(_pattern(endpoint.path), endpoint) for endpoint in endpoints]
        self._service = service
        self._admission = admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one WebSocket, or refuse it with an HTTP response."""
        headers = joined(scope["headers"])
        log = RequestLog(headers, request_id_of(headers, scope), method="GET")
        try:
            service = self._service.opened or self._service.open()
        except GymHTTPError as error:
            await _refuse_unopened(problem(error), receive, send)
            return
        upgrade = Upgrade(scope, receive, send, service, log)
        address = (scope.get("server") or ("",))[0]
        refused = self._admission().refusal(_UPGRADE, address, headers)
        endpoint = None if refused else self._find(scope)
        if endpoint is not None:
            log.endpoint = endpoint.path
            await self._serve(endpoint, upgrade, service)
            return
        await upgrade.refuse(refused or _not_found(scope["path"]))

    async def _serve(self, endpoint: SocketEndpoint, upgrade: Upgrade, service: Service) -> None:
        log = upgrade.log
        try:
            await endpoint.handler(upgrade)
        except SocketGone:
            return
        except asyncio.CancelledError:
            if not service.ending.told:
                raise
        except Exception as error:  # refused with a reason of ours, or our own fault, whatever it is
            if upgrade.accepted or not isinstance(error, GymHTTPError):
                _log.exception("WebSocket %s failed", endpoint.path)
                log.problem, response = INTERNAL.name, internal_problem()
            else:
                log.problem, response = PROBLEMS[type(error)].name, problem(error)
            if not upgrade.accepted:
                await upgrade.refuse(response)
                service.notes.add(log)

    def _find(self, scope: Scope) -> SocketEndpoint | None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        for pattern, endpoint in self._endpoints:
            found = pattern.fullmatch(path)
            if found:
                scope["path_params"] = found.groupdict()
                return endpoint
        return None


def _pattern(path: str) -> re.Pattern[str]:
    """What matches the declared path, with and without its last slash."""
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path.rstrip("/"))) + "/?")


def _not_found(path: str) -> Reply:
    return problem_response(PATH_NOT_FOUND, f"There is no WebSocket at {path[:200]}; see /docs.")


async def _refuse_unopened(response: Reply, receive: Receive, send: Send) -> None:
    """Answer while the service cannot be opened, so that there is nothing to make an `Upgrade` of."""
    await receive()
    await send(
        {"type": "websocket.http.response.start", "status": response.status_code, "headers": response.raw_headers}
    )
    await send({"type": "websocket.http.response.body", "body": response.body})
