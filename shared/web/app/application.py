"""The endpoints as an ASGI application: from a path to its endpoint's reply, and what is noted of the request.

One application serves a single endpoint as a Lambda function or all of them under uvicorn, so that an error has
the same status in every mode. FastAPI's own request path takes 230 µs before a handler runs, a Starlette route 75
(one core, an empty handler), and a step is to take less in all. So an endpoint is called directly.
"""

import asyncio
import logging
import os
import re
import time
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from starlette.types import Message, Receive, Scope, Send

from shared.errors import BodyTooLarge, GymHTTPError, OutcomeUnknown
from shared.settings import Settings
from shared.web.app.admission import Admission
from shared.web.app.base_path import base_path
from shared.web.app.disconnect import CLIENT_GONE, is_gone
from shared.web.app.routing import Endpoint, FileBody, Router, SocketEndpoint
from shared.web.observe.log import LogWriter
from shared.web.observe.request_log import REQUEST_ID, VARY_ORIGIN, RawHeaders, RequestLog, joined, request_id_of
from shared.web.protocol.encoding import bare
from shared.web.protocol.lambda_limits import LAMBDA_CONTEXT, LAMBDA_EVENT, seconds_for_calls
from shared.web.protocol.problems import INTERNAL, METHOD_NOT_ALLOWED, PROBLEMS, internal_problem, problem_response
from shared.web.protocol.reply import Reply, Response
from shared.web.protocol.request import ClientGone, Request, read_body
from shared.web.service.opened import OpenedService
from shared.web.service.snapstart import prepare_snapshot

if TYPE_CHECKING:
    from shared.web.app.behind import Behind
    from shared.web.app.upgrades import Upgrades

_log = logging.getLogger(__name__)

_CUT_SHORT = (
    "The server was told to end and could wait no longer for this call, which was applied once or not at all; "
    "repeat it with its Idempotency-Key, or read the instance."
)

_UNCONFIGURED = LogWriter("errors")
"""Logger used when the settings are invalid."""

# Branches of the tree of paths that no part can name, since none holds a slash.
_ANY = "/any"
_HERE = "/here"


def create_app(
    *routers: Router,
    settings: Settings | None = None,
    documented: bool = False,
    pages: Path | None = None,
    one_at_a_time: bool = False,
) -> "Application":
    """An application that serves the routers' endpoints, and the folder of static pages at `/` if one is given.

    The settings are read, and the store opened, at the first request, unless settings are given. `one_at_a_time`
    is for functions, which get one event after another, if a call makes one environment at most.
    """
    prepare_snapshot()
    endpoints = [endpoint for router in routers for endpoint in router.endpoints]
    sockets = [endpoint for router in routers for endpoint in router.sockets]
    return Application(endpoints, OpenedService(settings, one_at_a_time=one_at_a_time), documented, pages, sockets)


class Application:
    """The endpoints as an ASGI application. A declared path goes straight to its resource."""

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        service: OpenedService,
        documented: bool,
        pages: Path | None,
        sockets: Sequence[SocketEndpoint] = (),
    ) -> None:
        self._endpoints = endpoints
        self._service = service
        self._documented = documented
        self._pages = pages
        self._sockets = sockets
        self._paths = Paths(endpoints, service)
        self._admission: Admission | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or start and end with the server."""
        if scope["type"] != "http":
            await (self._upgrades if scope["type"] == "websocket" else self._behind)(scope, receive, send)
            return
        if LAMBDA_EVENT in scope:
            scope["root_path"] = base_path(scope[LAMBDA_EVENT], scope["path"])
        lines, server = scope["headers"], scope.get("server")
        headers: RawHeaders = dict(lines)
        if len(headers) < len(lines):
            headers = joined(lines)
        address = server[0] if server else ""
        admission = self._admission or self._admit()
        if b"origin" not in headers and admission.answers_to(address, headers.get(b"host", b"")):
            await (self._paths.find(scope) or self._behind)(scope, receive, send)
        else:
            await (admission.refusal(scope["method"], address, headers) or admission.cross_origin)(
                scope, receive, send
            )

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document of every endpoint."""
        return self._behind.openapi()

    @cached_property
    def _behind(self) -> "Behind":
        from shared.web.app.behind import Behind  # 0.4 s, which a function that answers its endpoint does not need

        return Behind(self._endpoints, self._service, self._documented, self._pages)

    @cached_property
    def _upgrades(self) -> "Upgrades":
        from shared.web.app.upgrades import Upgrades  # a Lambda function has no WebSockets

        return Upgrades(self._sockets, self._service, lambda: self._admission or self._admit())

    async def _admitted(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._paths.find(scope) or self._behind)(scope, receive, send)

    def _admit(self) -> Admission:
        try:
            settings = (self._service.opened or self._service.open()).settings
        except GymHTTPError:
            # The endpoint is about to answer 503 with the reason, which a page has to be able to read.
            return Admission(Settings(cors_origins=("*",)), self._admitted)
        self._admission = Admission(settings, self._admitted)
        return self._admission


class Paths:
    """The declared paths as a tree of their parts, each served with and without its last slash.

    A look-up takes as long as the path is, however many endpoints there are.
    """

    def __init__(self, endpoints: Iterable[Endpoint], service: OpenedService) -> None:
        self._tree: dict[str, Any] = {}
        for endpoint in endpoints:
            self._resource(endpoint.path, service).endpoints[endpoint.method] = endpoint

    def find(self, scope: Scope) -> "Resource | None":
        """The resource of the request's path, whose parameters are put into the scope; None if there is none."""
        path: str = scope["path"].removeprefix(scope.get("root_path", ""))
        parts = path.split("/")
        if parts[-1] == "":
            parts.pop()
        node = self._tree
        values = []
        for part in parts[1:]:
            below = node.get(part)
            if below is None and part:
                below = node.get(_ANY)
                values.append(part)
            if below is None:
                return None
            node = below
        resource: Resource | None = node.get(_HERE)
        if resource is not None:
            scope["path_params"] = dict(zip(resource.parameters, values, strict=True))
        return resource

    def _resource(self, path: str, service: OpenedService) -> "Resource":
        node = self._tree
        for part in path.strip("/").split("/"):
            node = node.setdefault(_ANY if part.startswith("{") else part, {})
        resource: Resource = node.setdefault(_HERE, Resource(path, service))
        return resource


class Resource:
    """One path with the endpoints of its methods, as an ASGI application."""

    def __init__(self, path: str, service: OpenedService) -> None:
        self.path = path
        self.parameters = re.findall(r"{(\w+)}", path)
        """The names of the path's parameters, in its order."""
        self.endpoints: dict[str, Endpoint] = {}
        """By method."""
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, and note what came of it."""
        headers: RawHeaders = dict(scope["headers"])
        if len(headers) < len(scope["headers"]):
            headers = joined(scope["headers"])
        named = REQUEST_ID in headers or LAMBDA_CONTEXT in scope
        log = RequestLog(headers, request_id_of(headers, scope) if named else os.urandom(8).hex())
        opened = self._service.opened
        if opened is not None and opened.traces is not None:
            log.timing = opened.traces.timing(log.timing.began, scope)
        endpoint = self.endpoints.get("GET" if scope["method"] == "HEAD" else scope["method"])
        # A method that is not served is the client's own word, of which there are endlessly many.
        log.endpoint, log.method = self.path, "other" if endpoint is None else endpoint.method
        log.status = CLIENT_GONE
        try:
            response = await self._response(endpoint, log, scope, receive)
            log.status = response.status_code
            _add_headers(response, log)
            await _send(response, scope, receive, send)
        except ClientGone:
            log.status = CLIENT_GONE
        except Exception:  # noted here, and told by the server
            log.status, log.problem = INTERNAL.status.value, INTERNAL.name
            raise
        finally:
            self._note(log)

    async def _response(
        self, endpoint: Endpoint | None, log: RequestLog, scope: Scope, receive: Receive
    ) -> Response:
        if endpoint is None:
            return self._not_allowed(log, scope["method"])
        try:
            return await endpoint.handler(await self._request(endpoint, log, scope, receive))
        except GymHTTPError as error:
            log.problem = PROBLEMS[type(error)].name
            return endpoint.dialect.refuse(error, scope)
        except ClientGone:
            raise
        except asyncio.CancelledError:
            if self._service.opened is None or not self._service.opened.ending.told:
                raise
            log.problem = PROBLEMS[OutcomeUnknown].name
            return endpoint.dialect.refuse(OutcomeUnknown(_CUT_SHORT, retry_after=1), scope)
        except Exception:  # our own fault, whatever it is: in the log, and a 500 for the caller
            _log.exception("%s %s failed", endpoint.method, self.path)
            log.problem = INTERNAL.name
            return internal_problem()

    async def _request(self, endpoint: Endpoint, log: RequestLog, scope: Scope, receive: Receive) -> Request[Any]:
        """The request in the endpoint's terms, its body read and validated."""
        service = self._service.opened or self._service.open()
        headers, dialect, query = log.headers, endpoint.dialect, scope["query_string"]
        if LAMBDA_CONTEXT in scope:
            service.session.limit.end(seconds_for_calls(scope))
        body: Any = None
        if endpoint.file is not None and bare(headers.get(b"content-type", b"")) == endpoint.file.media_type:
            raw = body = await _file(endpoint.file, service.settings, headers, receive)
        else:
            most = service.settings.max_body_bytes
            raw = await read_body(receive, most, headers.get(b"content-encoding", b""))
            if endpoint.form is not None:
                body = dialect.parse(endpoint.form, raw, headers)
        encoding = dialect.encoding(
            headers.get(b"accept", b""),
            headers.get(b"accept-encoding", b""),
            query if b"arrays=" in query else b"",  # other queries would fill the cache of encodings
        )
        if LAMBDA_CONTEXT in scope:
            encoding = replace(encoding, by_lambda=True)
        return Request(scope, service, log, body, encoding, headers, raw, dialect, endpoint.takes_ticket, receive)

    def _not_allowed(self, log: RequestLog, method: str) -> Response:
        log.problem = METHOD_NOT_ALLOWED.name
        allowed = ", ".join(sorted(self.endpoints))
        return problem_response(
            METHOD_NOT_ALLOWED, f"{self.path} has no {method}; it has {allowed}.", {"Allow": allowed}
        )

    def _note(self, log: RequestLog) -> None:
        log.ended, log.timing.ended = time.time(), time.perf_counter()
        try:
            notes = (self._service.opened or self._service.open()).notes
        except GymHTTPError:
            _UNCONFIGURED.note(log, log.method, log.endpoint, log.status)
        else:
            notes.answered.append(log)
            if not notes.scheduled:
                notes.schedule()


async def _file(file: FileBody, settings: Settings, headers: RawHeaders, receive: Receive) -> bytes:
    """The file that came as the body."""
    most = file.most_bytes(settings)
    try:
        return await read_body(receive, most, headers.get(b"content-encoding", b""))
    except BodyTooLarge as error:
        raise file.too_large(most) from error


async def _send(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the reply; to HEAD only its headers, since a stream would not end.

    Raises:
        ClientGone: the client is gone.
    """
    try:
        known = response.body if isinstance(response, Reply) else None
        if known is None and scope["method"] != "HEAD":
            await response(scope, receive, _telling(send))
            return
        await send(
            {"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers}
        )
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else known})
    except (OSError, RuntimeError, _Unsent) as error:
        # uvloop raises RuntimeError for a write to a connection that has just been closed.
        if await is_gone(receive):
            raise ClientGone from None
        raise (error.reason if isinstance(error, _Unsent) else error) from None


class _Unsent(Exception):
    """A part of a stream could not be sent."""

    def __init__(self, reason: Exception) -> None:
        super().__init__(str(reason))
        self.reason = reason


def _telling(send: Send) -> Send:
    """For Starlette's responses, which take an OSError for a client who is gone, whoever that is."""

    async def telling(message: Message) -> None:
        try:
            await send(message)
        except (OSError, RuntimeError) as error:
            raise _Unsent(error) from None

    return telling


def _add_headers(response: Response, log: RequestLog) -> None:
    """Tell the request's id and, where an instance was called, milliseconds by phase (W3C Server Timing)."""
    headers, timing = response.raw_headers, log.timing
    headers += (VARY_ORIGIN, (REQUEST_ID, log.request_id.encode()))
    if timing.calls:
        phases = (timing.load * 1e3, timing.env * 1e3, timing.save * 1e3)
        headers.append((b"server-timing", b"load;dur=%.3f, env;dur=%.3f, save;dur=%.3f" % phases))
    if timing.replay:
        headers.append((b"server-timing", b"replay;dur=%.3f" % (timing.replay * 1e3)))
