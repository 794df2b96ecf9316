"""Applications from endpoints: one of them for a Lambda function, all of them for uvicorn.

There is one composition, so that an error has the same status in every mode.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from shared.errors import GymHTTPError
from shared.session.sweeping import sweep_for_ever
from shared.settings import Settings
from shared.web.openapi import document
from shared.web.problems import INTERNAL, PATH_NOT_FOUND, ProblemKind, problem_response
from shared.web.routing import Endpoint, Resource, Router
from shared.web.service import Service, open_service

TITLE = "Gymnasium over HTTP"
DESCRIPTION = """Create, reset, step, render and watch any Gymnasium environment from any language.

An environment is its snapshot in a store: it outlives the server, and any server on the same store continues
it exactly. Errors are `application/problem+json` (RFC 9457). Every path is served with and without its last
slash.
"""


class _OptionalSlash(Convertor[str]):
    """The end of a path that is served with and without its slash, and never redirected."""

    regex = "/?"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("optional_slash", _OptionalSlash())


def create_app(
    *routers: Router, settings: Settings | None = None, documented: bool = False, pages: Path | None = None
) -> FastAPI:
    """An application that serves the routers' endpoints, and the folder of static pages at `/` if one is given.

    The settings are read, and the store opened, at the first request, unless settings are given.
    """
    opened = _Opened(settings)
    app = FastAPI(
        title=TITLE,
        version=version("gym-http-serverless"),
        docs_url="/docs" if documented else None,
        redoc_url=None,
        openapi_url="/openapi.json" if documented else None,
        redirect_slashes=False,
        lifespan=opened.lifespan,
        exception_handlers={HTTPException: _not_found, Exception: _internal},
    )
    endpoints = [endpoint for router in routers for endpoint in router.endpoints]
    resources: dict[str, Resource] = {}
    for endpoint in endpoints:
        resources.setdefault(endpoint.path, Resource(endpoint.path, opened.service)).add(endpoint)
    for path, resource in resources.items():
        app.router.routes.append(Route(path.rstrip("/") + "{slash:optional_slash}", resource, name=path))
    if pages is not None:
        app.mount("/", StaticFiles(directory=pages, html=True))
    # Put over FastAPI's own method, as its documentation does to extend the document.
    app.openapi = lambda: _document(app, endpoints)  # type: ignore[method-assign]
    app.add_middleware(_cors, opened=opened)
    app.state.opened = opened
    return app


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
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """Under a server: a wrong setting ends the start, not the first request."""
        session = self.service().session
        sweeper = asyncio.create_task(sweep_for_ever(session.snapshots))
        yield
        sweeper.cancel()
        await session.shut_down()


def _cors(app: ASGIApp, opened: _Opened) -> CORSMiddleware:
    """Called when the first request comes, so that importing an application reads no settings."""
    try:
        origins = opened.service().settings.cors_origins
    except GymHTTPError:
        # The endpoint is about to answer 503 with the reason, which a page has to be able to read.
        origins = ("*",)
    return CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=("DELETE", "GET", "POST"),
        allow_headers=("*",),
        expose_headers=("ETag", "Idempotency-Replayed", "Location", "Retry-After", "Server-Timing", "Warning"),
        max_age=7200,
    )


def _document(app: FastAPI, endpoints: list[Endpoint]) -> dict[str, Any]:
    if not app.openapi_schema:
        app.openapi_schema = document(endpoints, title=app.title, version=app.version, description=DESCRIPTION)
    return app.openapi_schema


async def _not_found(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return problem_response(PATH_NOT_FOUND, f"There is no {request.url.path}; see /docs.")
    kind = ProblemKind(HTTPStatus(error.status_code), "http")
    return problem_response(kind, str(error.detail), error.headers)


async def _internal(request: Request, error: Exception) -> Response:
    """Starlette logs the exception; its text may hold what is not for the caller."""
    return problem_response(
        INTERNAL, "The server failed; the instance is at its last good state. Please report it."
    )
