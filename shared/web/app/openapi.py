"""The OpenAPI operations of declared endpoints, written by FastAPI from their bodies, replies and errors."""

import inspect
import re
from collections.abc import Iterable
from http import HTTPStatus
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
from shared.web.protocol.query_parameter import QueryParameter

_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_ALWAYS = (Unauthorized, StoreUnavailable, Misconfigured)
_IN_PATH = {
    "instance_id": "As creation returned it.",
    "checkpoint_id": "As the checkpoint's creation returned it.",
    "x": "An integer.",
}
"""The parameters that paths have, with their descriptions."""


def document(endpoints: Iterable[Endpoint], *, title: str, version: str, description: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of the endpoints."""
    endpoints = [*endpoints]
    routes = [_operation(endpoint) for endpoint in endpoints]
    written = get_openapi(title=title, version=version, description=description, routes=routes)
    for path in written["paths"].values():
        for operation in path.values():
            _without_fastapi_errors(operation["responses"])
    for endpoint in endpoints:
        if endpoint.dialect is V1:
            operation = written["paths"][endpoint.path][endpoint.method.lower()]
            _with_msgpack(operation.get("requestBody", {}))
            _without_need(operation.get("requestBody"), written)
            _with_msgpack(operation["responses"]["200"])
    add_links(written["paths"])
    for name in ("HTTPValidationError", "ValidationError"):
        written.get("components", {}).get("schemas", {}).pop(name, None)
    schemas = written.setdefault("components", {}).setdefault("schemas", {})
    for form in {endpoint.dialect.error for endpoint in endpoints}:
        schemas[form.__name__] = TypeAdapter(form).json_schema()
    _with_exact_bounds(written)
    return written


def _with_exact_bounds(documented: Any) -> None:
    """Write bounds as integers: FastAPI makes floats of them, and 9.223372036854776e+18 is above 2**63."""
    if isinstance(documented, list):
        for item in documented:
            _with_exact_bounds(item)
    elif isinstance(documented, dict):
        for name, value in documented.items():
            if name in _BOUNDS and isinstance(value, float) and value.is_integer():
                documented[name] = int(value)
            else:
                _with_exact_bounds(value)


def _without_fastapi_errors(responses: dict[str, Any]) -> None:
    """Drop the 422 that FastAPI adds to whatever has a parameter; ours are declared."""
    if "application/json" in responses.get("422", {}).get("content", {}):
        del responses["422"]


def _with_msgpack(documented: dict[str, Any]) -> None:
    """A body that is documented as JSON comes and goes as MessagePack too."""
    content = documented.get("content", {})
    if JSON_TYPE in content:
        content[MSGPACK_TYPE] = {"schema": content[JSON_TYPE]["schema"]}


def _without_need(body: dict[str, Any] | None, written: dict[str, Any]) -> None:
    """A body of which no member is required may be left out."""
    if body is not None:
        name = body["content"][JSON_TYPE]["schema"]["$ref"].rpartition("/")[2]
        body["required"] = "required" in written["components"]["schemas"][name]


def _operation(endpoint: Endpoint) -> APIRoute:
    """The route that FastAPI would serve; only its documentation is used."""
    told: dict[str, Any] = {"description": endpoint.summary}
    if endpoint.status != HTTPStatus.NO_CONTENT:
        example = {} if endpoint.example is None else {"example": endpoint.example}
        told["content"] = {endpoint.media_type: example}
    in_json = endpoint.media_type == JSON_TYPE and endpoint.status != HTTPStatus.NO_CONTENT
    return APIRoute(
        endpoint.path,
        _documented(endpoint),
        methods=[endpoint.method],
        status_code=endpoint.status,
        response_model=endpoint.reply,
        # A class without a media type: else FastAPI would add JSON to a stream.
        response_class=JSONResponse if in_json else Response,
        summary=endpoint.summary,
        description=inspect.getdoc(endpoint.handler),
        operation_id=endpoint.handler.__name__,
        tags=[endpoint.tag],
        responses={endpoint.status: told, **_error_replies(endpoint)},
    )


def _documented(endpoint: Endpoint) -> Any:
    """A function whose signature has the endpoint's parameters and body, for FastAPI to read."""

    async def operation() -> None:
        """Never called."""

    named = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        inspect.Parameter(name, named, annotation=kind | None, default=Query(None, description=description))
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
    """The query parameters, those without a type as texts."""
    return {
        name: QueryParameter(told, str) if isinstance(told, str) else told for name, told in endpoint.query.items()
    }


def _error_replies(endpoint: Endpoint) -> dict[int | str, dict[str, Any]]:
    """The endpoint's error replies by status, each naming the kinds of problem it tells of."""
    possible: list[type[GymHTTPError]] = [*_ALWAYS, *endpoint.errors]
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
