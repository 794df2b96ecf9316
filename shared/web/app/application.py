"""Applications from endpoints: one of them for a Lambda function, all of them for uvicorn.

There is one composition, so that an error has the same status in every mode.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cached_property
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import GymHTTPError
from shared.session.stored.sweep import sweep_forever
from shared.settings import Settings
from shared.snapshot.isolation.timeout import give_up_when_stuck
from shared.web.app.pages import Pages
from shared.web.app.paths import Paths
from shared.web.app.routing import Endpoint, Router
from shared.web.app.supervision import exit_with_parent
from shared.web.observe.request_log import VARY_ORIGIN
from shared.web.protocol.problems import PATH_NOT_FOUND, ProblemKind, internal_problem, problem_response
from shared.web.service.service import Service, open_service

if TYPE_CHECKING:
    from fastapi import FastAPI

TITLE = "Gymnasium over HTTP"
DESCRIPTION = """Create, reset, step, render and watch any Gymnasium environment from any language.

An environment is its snapshot in a store: it outlives the server, and any server on the same store continues
it exactly. Errors are `application/problem+json` (RFC 9457). Every path is served with and without its last
slash.
"""


def create_app(
    *routers: Router, settings: Settings | None = None, documented: bool = False, pages: Path | None = None
) -> "Application":
    """An application that serves the routers' endpoints, and the folder of static pages at `/` if one is given.

    The settings are read, and the store opened, at the first request, unless settings are given.
    """
    endpoints = [endpoint for router in routers for endpoint in router.endpoints]
    return Application(endpoints, _Opened(settings), documented, pages)


class Application:
    """The endpoints as an ASGI application.

    A declared path goes straight to its resource. FastAPI has the rest: the documentation, the pages, the start
    and end of a server, and paths that do not exist. Its and Starlette's layers around a route take longer than
    a step of CartPole, and importing it takes half of a function's cold start; so it is made when first needed.
    """

    title = TITLE

    def __init__(
        self, endpoints: Sequence[Endpoint], opened: "_Opened", documented: bool, pages: Path | None
    ) -> None:
        self._endpoints = endpoints
        self._opened = opened
        self._documented = documented
        self._pages = pages
        self._paths = Paths(endpoints, opened.service)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or start and end with the server."""
        if scope["type"] != "http":
            await self.fastapi(scope, receive, send)
        elif b"origin" in dict(scope["headers"]):
            await self._cross_origin(scope, receive, send)
        else:
            await self._found(scope)(scope, receive, send)

    def _found(self, scope: Scope) -> ASGIApp:
        """What answers the request's path."""
        return self._paths.find(scope) or self._behind

    async def _behind(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.fastapi(scope, receive, _varying(send))

    async def _dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._found(scope)(scope, receive, send)

    @cached_property
    def _cross_origin(self) -> CORSMiddleware:
        """Made when the first such request comes, so that importing an application reads no settings."""
        try:
            origins = self._opened.service().settings.cors_origins
        except GymHTTPError:
            # The endpoint is about to answer 503 with the reason, which a page has to be able to read.
            origins = ("*",)
        return CORSMiddleware(
            self._dispatch,
            allow_origins=origins,
            allow_methods=("DELETE", "GET", "POST"),
            allow_headers=("*",),
            expose_headers=(
                "ETag",
                "Idempotency-Replayed",
                "Location",
                "Retry-After",
                "Server-Timing",
                "Warning",
                "X-Request-Id",
            ),
            max_age=7200,
        )

    @cached_property
    def fastapi(self) -> "FastAPI":
        """The application behind the endpoints."""
        from fastapi import FastAPI  # 0.4 s, which a function that answers its endpoint does not need

        app = FastAPI(
            title=TITLE,
            version=version("gym-http-serverless"),
            docs_url=None,  # it would load Swagger UI from a public address; /docs is one of the pages
            redoc_url=None,
            openapi_url="/openapi.json" if self._documented else None,
            redirect_slashes=False,
            lifespan=self._opened.lifespan,
            exception_handlers={HTTPException: _not_found, Exception: _internal},
        )
        # Put over FastAPI's own method, as its documentation does to extend the document.
        app.openapi = self.openapi  # type: ignore[method-assign]
        if self._pages is not None:
            app.mount("/", Pages(self._pages))
        return app

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document of every endpoint."""
        return self._document

    @cached_property
    def _document(self) -> dict[str, Any]:
        from shared.web.app.openapi import document

        return document(
            self._endpoints, title=TITLE, version=version("gym-http-serverless"), description=DESCRIPTION
        )


class _Opened:
    """The service, opened when first asked for; one that cannot be opened is tried again."""

    def __init__(self, settings: Settings | None) -> None:
        self._settings = settings
        self._service: Service | None = None

    def service(self) -> Service:
        if self._service is None:
            self._service = open_service(self._settings)
        return self._service

    @asynccontextmanager
    async def lifespan(self, _: "FastAPI") -> AsyncIterator[None]:
        """Under a server: a wrong setting ends the start, not the first request."""
        service = self._service = self._service or open_service(self._settings, metrics=True)
        service.log.start_buffering()
        give_up_when_stuck()
        exit_with_parent()
        sweeper = asyncio.create_task(sweep_forever(service.session.snapshots))
        yield
        sweeper.cancel()
        await service.close()
        service.log.flush()


def _varying(send: Send) -> Send:
    """With the header that keeps a cache from giving one origin's reply to another."""

    async def varying(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], VARY_ORIGIN]
        await send(message)

    return varying


async def _not_found(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return problem_response(PATH_NOT_FOUND, f"There is no {request.url.path}; see /docs.")
    kind = ProblemKind(HTTPStatus(error.status_code), "http")
    return problem_response(kind, str(error.detail), error.headers)


async def _internal(request: Request, error: Exception) -> Response:
    return internal_problem()
