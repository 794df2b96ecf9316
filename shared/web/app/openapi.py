"""The OpenAPI document of the declared endpoints, which FastAPI writes from their bodies, replies and errors."""

import inspect
import re
from collections.abc import Iterable
from http import HTTPStatus
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import Body, Path, Query
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette.responses import JSONResponse, Response

from shared.errors import (
    BodyTooLarge,
    GymHTTPError,
    InstanceNotFound,
    InvalidRequest,
    InvalidValue,
    Misconfigured,
    ReplyTooLarge,
    StoreUnavailable,
    Unauthorized,
)
from shared.web.app.links import add_links
from shared.web.app.routing import Endpoint
from shared.web.protocol.dialect import V1
from shared.web.protocol.encoding import JSON_TYPE, MSGPACK_TYPE
from shared.web.protocol.problems import PROBLEMS
from shared.web.protocol.query import QueryParameter

TITLE = "Gymnasium over HTTP"
DESCRIPTION = """Create, reset, step, render and watch any Gymnasium environment from any language.

An environment is its snapshot in a store: it outlives the server, and any server on the same store continues
it exactly. Errors are `application/problem+json` (RFC 9457). Every path is served with and without its last
slash.
"""

_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_POSSIBLE_EVERYWHERE = (Unauthorized, StoreUnavailable, Misconfigured)
_IN_PATH = {
    "instance_id": "The id that creation returned.",
    "checkpoint_id": "The id that the checkpoint's creation returned.",
    "env_id": "An id of Gymnasium's registry.",
    "namespace": "What stands before the slash in an id of Gymnasium's registry.",
    "name": "What follows it.",
    "revision": "A recorded revision, or `R.k` for call k of those that made it.",
    "trial_id": "The id in the `Location` of a creation with `Prefer: respond-async`.",
    "number": "The number of a recorded episode.",
    "x": "An integer.",
}
"""Descriptions of the parameters in paths."""


def document(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of the endpoints."""
    endpoints = [*endpoints]
    routes = [_operation(endpoint) for endpoint in endpoints]
    written = get_openapi(
        title=TITLE, version=version("gym-http-serverless"), description=DESCRIPTION, routes=routes
    )
    for path in written["paths"].values():
        for operation in path.values():
            _remove_validation_errors(operation["responses"])
    for endpoint in endpoints:
        if endpoint.dialect is V1:
            operation = written["paths"][endpoint.path][endpoint.method.lower()]
            _add_msgpack(operation.get("requestBody", {}))
            _mark_optional(operation.get("requestBody"), written)
            _add_msgpack(operation["responses"]["200"])
            if endpoint.file is not None:
                operation["requestBody"]["content"][endpoint.file.media_type] = {}
    add_links(written["paths"])
    for name in ("HTTPValidationError", "ValidationError"):
        written.get("components", {}).get("schemas", {}).pop(name, None)
    schemas = written.setdefault("components", {}).setdefault("schemas", {})
    for form in {endpoint.dialect.error for endpoint in endpoints}:
        schema = TypeAdapter(form).json_schema(ref_template="#/components/schemas/{model}")
        schemas |= schema.pop("$defs", {}) | {form.__name__: schema}
    _write_exact_bounds(written)
    return written


def _write_exact_bounds(documented: Any) -> None:
    """Write integral bounds as integers. FastAPI writes 2**63 as 9.223372036854776e+18, which is greater."""
    if isinstance(documented, list):
        for item in documented:
            _write_exact_bounds(item)
    elif isinstance(documented, dict):
        for name, value in documented.items():
            if name in _BOUNDS and isinstance(value, float) and value.is_integer():
                documented[name] = int(value)
            else:
                _write_exact_bounds(value)


def _remove_validation_errors(responses: dict[str, Any]) -> None:
    """Remove the 422 that FastAPI adds wherever there is a parameter. The endpoints declare their own."""
    schema = responses.get("422", {}).get("content", {}).get(JSON_TYPE, {}).get("schema", {})
    if schema.get("$ref", "").endswith("/HTTPValidationError"):
        del responses["422"]


def _add_msgpack(documented: dict[str, Any]) -> None:
    """Document MessagePack beside JSON, with the same schema."""
    content = documented.get("content", {})
    if JSON_TYPE in content:
        content[MSGPACK_TYPE] = {"schema": content[JSON_TYPE]["schema"]}


def _mark_optional(body: dict[str, Any] | None, written: dict[str, Any]) -> None:
    """Mark the body as optional if none of its members is required."""
    if body is not None:
        name = body["content"][JSON_TYPE]["schema"]["$ref"].rpartition("/")[2]
        body["required"] = "required" in written["components"]["schemas"][name]


def _operation(endpoint: Endpoint) -> APIRoute:
    """A FastAPI route, of which only the documentation is used."""
    success: dict[str, Any] = {"description": endpoint.summary}
    if endpoint.status != HTTPStatus.NO_CONTENT:
        example = {} if endpoint.example is None else {"example": endpoint.example}
        success["content"] = {endpoint.media_type: example}
    in_json = endpoint.media_type == JSON_TYPE and endpoint.status != HTTPStatus.NO_CONTENT
    return APIRoute(
        endpoint.path,
        _documented(endpoint),
        methods=[endpoint.method],
        status_code=endpoint.status,
        response_model=endpoint.reply,
        # A class without a media type, or FastAPI would add JSON to a stream.
        response_class=JSONResponse if in_json else Response,
        summary=endpoint.summary,
        description=inspect.getdoc(endpoint.handler),
        operation_id=endpoint.handler.__name__,
        tags=[endpoint.tag],
        responses={
            endpoint.status: success,
            **{status: {"description": when} for status, when in endpoint.also.items()},
            **_elsewhere(endpoint),
            **_error_replies(endpoint),
        },
    )


def _documented(endpoint: Endpoint) -> Any:
    """A function whose signature has the endpoint's parameters and body, for FastAPI to read."""

    async def operation() -> None:
        """Never called."""

    named = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        # `from` is a name of Python's own.
        inspect.Parameter(
            f"{name}_", named, annotation=kind | None, default=Query(None, alias=name, description=description)
        )
        for name, (description, kind) in _query(endpoint).items()
    ]
    for name in re.findall(r"{(\w+)}", endpoint.path):
        example = endpoint.dialect.path_examples[name]
        annotation = Annotated[str, Path(description=_IN_PATH[name], examples=[example])]
        parameters.append(inspect.Parameter(name, named, annotation=annotation))
    if endpoint.body is not None:
        parameters.append(inspect.Parameter("body", named, default=Body(), annotation=endpoint.body))
    operation.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    operation.__name__ = endpoint.handler.__name__
    return operation


def _query(endpoint: Endpoint) -> dict[str, QueryParameter]:
    """The query parameters. One that is declared by its description alone is a string."""
    return {
        name: QueryParameter(declared, str) if isinstance(declared, str) else declared
        for name, declared in endpoint.query.items()
    }


def _elsewhere(endpoint: Endpoint) -> dict[int | str, dict[str, Any]]:
    if not endpoint.may_be_elsewhere:
        return {}
    location = {"description": "Where the reply is, for a quarter of an hour.", "schema": {"type": "string"}}
    why = "The reply is longer than AWS Lambda carries; get it from the store, at `Location`."
    return {HTTPStatus.SEE_OTHER.value: {"description": why, "headers": {"Location": location}}}


def _error_replies(endpoint: Endpoint) -> dict[int | str, dict[str, Any]]:
    """The endpoint's error replies by status, each with the types of problem that it covers."""
    possible: list[type[GymHTTPError]] = [*_POSSIBLE_EVERYWHERE, *endpoint.errors]
    if endpoint.media_type == JSON_TYPE:
        possible.append(ReplyTooLarge)
    if endpoint.body is not None:
        possible += [InvalidRequest, BodyTooLarge]
    if "{instance_id}" in endpoint.path:
        possible.append(InstanceNotFound)
    if any(parameter.type is not str for parameter in _query(endpoint).values()):
        possible.append(InvalidValue)
    replies: dict[int | str, dict[str, Any]] = {}
    dialect = endpoint.dialect
    schema = {"$ref": f"#/components/schemas/{dialect.error.__name__}"}
    for error in sorted(set(possible), key=lambda error: PROBLEMS[error]):
        line = f"`{PROBLEMS[error].name}`: {(inspect.getdoc(error) or '').splitlines()[0]}"
        known = replies.setdefault(
            dialect.status(error).value,
            {"description": "", "content": {dialect.error_media_type: {"schema": schema}}},
        )
        known["description"] = "\n\n".join(filter(None, [known["description"], line]))
    return replies
