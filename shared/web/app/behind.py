"""What stands behind the endpoints: FastAPI, and the start and end of a server.

FastAPI has the documentation, the static pages and paths that do not exist. Its and Starlette's layers around a
route take longer than a step of CartPole, and importing it takes longer than all else that a function imports. So
this module is imported when it is first needed.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from shared.session.inventory.sweep import sweep_forever
from shared.snapshot.isolation.timeout import give_up_when_stuck
from shared.web.app.nearest import nearest
from shared.web.app.openapi import document
from shared.web.app.pages import Pages
from shared.web.app.probe import probed
from shared.web.app.routing import Endpoint
from shared.web.app.supervision import exit_with_parent
from shared.web.observe.request_log import REQUEST_ID, VARY_ORIGIN, joined, request_id_of
from shared.web.protocol.problems import (
    METHOD_NOT_ALLOWED,
    PATH_NOT_FOUND,
    ProblemKind,
    internal_problem,
    problem_response,
)
from shared.web.protocol.reply import Reply
from shared.web.service.ending import heard
from shared.web.service.opened import OpenedService

_PAGE_METHODS = {"Allow": "GET, HEAD"}


class Behind:
    """The application behind the endpoints."""

    def __init__(
        self, endpoints: Sequence[Endpoint], service: OpenedService, documented: bool, pages: Path | None
    ) -> None:
        """`documented` serves the OpenAPI document; `pages` is a folder of static pages to serve at `/`."""
        self._endpoints = endpoints
        self._service = service
        self._documented = documented
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that no endpoint takes, or start and end with the server."""
        await self.fastapi(scope, receive, _varying(send) if scope["type"] == "http" else send)

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document of every endpoint."""
        return self._document

    @cached_property
    def _document(self) -> dict[str, Any]:
        return document(self._endpoints)

    @cached_property
    def fastapi(self) -> FastAPI:
        """FastAPI with all that is not an endpoint."""
        app = FastAPI(
            docs_url=None,  # it would load Swagger UI from a public address; /docs is one of the pages
            redoc_url=None,
            openapi_url="/openapi.json" if self._documented else None,
            redirect_slashes=False,
            lifespan=self._lifespan,
            exception_handlers={HTTPException: self._refused, Exception: _internal},
        )
        # Put over FastAPI's own method, as its documentation does to extend the document.
        app.openapi = self.openapi  # type: ignore[method-assign]
        if self._pages is not None:
            app.mount("/", Pages(self._pages))
        return app

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """Under a server: a wrong setting or an unfit store ends the start, not the first request."""
        service = self._service.open(metrics=True)
        await probed(service)
        service.log.start_buffering()
        service.notes.start_buffering()
        give_up_when_stuck()
        exit_with_parent()
        tasks = []
        if service.settings.sweep == "timer":
            history_ttl_s = service.settings.history_ttl_s
            tasks.append(asyncio.create_task(sweep_forever(service.session.bulk, history_ttl_s)))
        if service.metrics is not None:
            tasks.append(asyncio.create_task(service.metrics.keep_settled()))
        with heard(service.ending):
            yield
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)  # the sweep gives its lease back
        await service.close()
        service.notes.write()
        service.log.flush()
        if service.traces is not None:
            await asyncio.to_thread(service.traces.shut_down)

    async def _refused(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        path = request.scope["path"]
        named = {str(REQUEST_ID, "ascii"): request_id_of(joined(request.scope["headers"]), request.scope)}
        if error.status_code == 404:
            meant = nearest(path, [endpoint.path for endpoint in self._endpoints])
            advice = "see /docs" if meant is None else f"did you mean {meant}? See /docs"
            return _starlettes(problem_response(PATH_NOT_FOUND, f"There is no {path[:200]}; {advice}.", named))
        if error.status_code == 405:
            refused = f"{path} is a page and has no {request.method}; it has GET, HEAD."
            return _starlettes(problem_response(METHOD_NOT_ALLOWED, refused, {**_PAGE_METHODS, **named}))
        kind = ProblemKind(HTTPStatus(error.status_code), "http")
        return _starlettes(problem_response(kind, str(error.detail), {**(error.headers or {}), **named}))


def _varying(send: Send) -> Send:
    """With the header that keeps a cache from giving one origin's reply to another."""

    async def varying(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], VARY_ORIGIN]
        await send(message)

    return varying


async def _internal(request: Request, error: Exception) -> Response:
    return _starlettes(internal_problem())


def _starlettes(reply: Reply) -> Response:
    """The reply as one of Starlette's, which FastAPI asks of whatever handles an error."""
    response = Response(reply.body, reply.status_code)
    response.raw_headers = reply.raw_headers
    return response
