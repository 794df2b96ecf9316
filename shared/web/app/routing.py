"""The one mechanism that turns a declared endpoint into a direct route.

FastAPI's own request path takes 230 µs before a handler runs, a Starlette route 75 (one core, an empty handler),
and a step is to take less in all. So an endpoint declares its body, reply and errors here once; from that come
the route that serves it and, in `openapi.py`, the operation that documents it.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pydantic import TypeAdapter
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from shared.errors import GymHTTPError
from shared.web.observe.log import LogWriter
from shared.web.observe.request_log import RequestLog
from shared.web.protocol.dialect import V1, Dialect
from shared.web.protocol.encoding import JSON_TYPE
from shared.web.protocol.lambda_limits import is_lambda
from shared.web.protocol.problems import INTERNAL, METHOD_NOT_ALLOWED, PROBLEMS, internal_problem, problem_response
from shared.web.protocol.query_parameter import QueryParameter
from shared.web.protocol.request import Request, read_body
from shared.web.service.service import Service

BodyT = TypeVar("BodyT")
Handler = Callable[[Request[BodyT]], Awaitable[Response]]

_log = logging.getLogger(__name__)

_CLIENT_GONE = 499
"""Stands in the log, as nginx has it, where the client went before its reply."""

_LAMBDA_MARGIN_S = 1.0
"""So much before Lambda ends the function, a call is interrupted: there is to be a reply."""

_UNCONFIGURED = LogWriter("errors")
"""Where the settings cannot be read, that is told."""


@dataclass(frozen=True)
class Endpoint:
    """One operation: how it is reached, what it takes and gives, and what carries it out."""

    method: str
    path: str
    handler: Handler[Any]
    summary: str
    reply: Any
    example: Any = None
    """A reply as it comes from a run of the service."""
    body: Any = None
    errors: tuple[type[GymHTTPError], ...] = ()
    tag: str = "environments"
    media_type: str = JSON_TYPE
    status: int = 200
    """Of a reply that tells of success."""
    dialect: Dialect = V1
    query: Mapping[str, str | QueryParameter] = field(default_factory=dict)
    """Optional query parameters; where it is only a description, the parameter is any text."""
    takes_ticket: bool = False
    """Whether `?ticket=` may stand in place of the API key."""
    _adapter: TypeAdapter[Any] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_adapter", TypeAdapter(self.body) if self.body else None)

    async def respond(self, service: Service, log: RequestLog, scope: Scope, receive: Receive) -> Response:
        """The reply to a request of this endpoint's method and path."""
        raw = await read_body(receive, service.settings.max_body_bytes)
        headers = log.headers
        body = None if self._adapter is None else self.dialect.parse(self._adapter, raw, headers)
        encoding = self.dialect.encoding(headers, scope["query_string"])
        if is_lambda(scope):
            encoding = replace(encoding, by_lambda=True)
        request = Request(scope, service, log, body, encoding, headers, raw, self.dialect, self.takes_ticket)
        return await self.handler(request)


class Router:
    """The endpoints of one module, and what they all declare alike."""

    def __init__(self, **alike: Any) -> None:
        self.endpoints: list[Endpoint] = []
        self._alike = alike

    def under(self, prefix: str) -> "Router":
        """The same endpoints with paths that begin with the prefix."""
        moved = Router()
        moved.endpoints = [replace(endpoint, path=prefix + endpoint.path) for endpoint in self.endpoints]
        return moved

    def get(self, path: str, **declared: Any) -> Callable[[Handler[BodyT]], Handler[BodyT]]:
        """Declare the decorated function the handler of GET."""
        return self._declare("GET", path, declared)

    def post(self, path: str, **declared: Any) -> Callable[[Handler[BodyT]], Handler[BodyT]]:
        """Declare the decorated function the handler of POST."""
        return self._declare("POST", path, declared)

    def delete(self, path: str, **declared: Any) -> Callable[[Handler[BodyT]], Handler[BodyT]]:
        """Declare the decorated function the handler of DELETE."""
        return self._declare("DELETE", path, declared)

    def _declare(
        self, method: str, path: str, declared: dict[str, Any]
    ) -> Callable[[Handler[BodyT]], Handler[BodyT]]:
        def decorate(handler: Handler[BodyT]) -> Handler[BodyT]:
            self.endpoints.append(Endpoint(method, path, handler, **self._alike, **declared))
            return handler

        return decorate


class Resource:
    """One path with the endpoints of its methods, as an ASGI application."""

    def __init__(self, path: str, open_service: Callable[[], Service]) -> None:
        self.path = path
        self.parameters = re.findall(r"{(\w+)}", path)
        """The names of the path's parameters, in its order."""
        self.endpoints: dict[str, Endpoint] = {}
        self._open_service = open_service

    def add(self, endpoint: Endpoint) -> None:
        """Serve another method."""
        self.endpoints[endpoint.method] = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, and note what came of it."""
        log = RequestLog(scope)
        endpoint = self.endpoints.get("GET" if scope["method"] == "HEAD" else scope["method"])
        status = _CLIENT_GONE
        try:
            response = await self._response(endpoint, log, scope, receive)
            status = response.status_code
            log.add_headers(response)
            await response(scope, receive, send)
        except ClientDisconnect:
            pass  # nobody is left to answer; the line says so
        except Exception:  # noted here, and told by the server
            status, log.problem = INTERNAL.status.value, INTERNAL.name
            raise
        finally:
            self._note(log, endpoint, status)

    async def _response(
        self, endpoint: Endpoint | None, log: RequestLog, scope: Scope, receive: Receive
    ) -> Response:
        if endpoint is None:
            return self._not_allowed(log, scope["method"])
        try:
            service = self._open_service()
            if "aws.context" in scope:
                remaining_s = scope["aws.context"].get_remaining_time_in_millis() / 1000
                service.session.limit.end(remaining_s - _LAMBDA_MARGIN_S)
            return await endpoint.respond(service, log, scope, receive)
        except GymHTTPError as error:
            log.problem = PROBLEMS[type(error)].name
            return endpoint.dialect.refuse(error, scope)
        except ClientDisconnect:
            raise
        except Exception:  # our own fault, whatever it is: in the log, and a 500 for the caller
            _log.exception("%s %s failed", endpoint.method, self.path)
            log.problem = INTERNAL.name
            return internal_problem()

    def _note(self, log: RequestLog, endpoint: Endpoint | None, status: int) -> None:
        # A method that is not served is the client's own word, of which there are endlessly many.
        method = "other" if endpoint is None else endpoint.method
        try:
            service = self._open_service()
        except GymHTTPError:
            _UNCONFIGURED.note(log, method, self.path, status)
        else:
            if service.metrics is not None:
                service.metrics.count(log, method, self.path, status)
            service.log.note(log, method, self.path, status)

    def _not_allowed(self, log: RequestLog, method: str) -> Response:
        log.problem = METHOD_NOT_ALLOWED.name
        allowed = ", ".join(sorted(self.endpoints))
        return problem_response(
            METHOD_NOT_ALLOWED, f"{self.path} has no {method}; it has {allowed}.", {"Allow": allowed}
        )
