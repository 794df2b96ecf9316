"""Reading of replies: values, and the problems of those that are errors."""

import json
from collections.abc import Mapping
from typing import Any

import httpx

from gymnasium_http import exact
from gymnasium_http.errors import GymHTTPError, ServerFailed, VersionMismatch, error_of


def value_of(reply: httpx.Response, exactly: bool) -> Any:
    """The value of a reply in the exact media type, or in JSON unless it must be `exactly` the first.

    Raises:
        ServerFailed: it cannot be read.
        VersionMismatch: it has another media type.
    """
    kind = reply.headers.get("Content-Type", "").partition(";")[0].strip()
    try:
        if kind == exact.MEDIA_TYPE:
            return exact.unpack(reply.content)
        if kind == "application/json" and not exactly:
            return json.loads(reply.content)
    except ValueError as error:
        raise ServerFailed(f"The reply of {reply.url} cannot be read: {error}.", reply.status_code) from error
    raise VersionMismatch(
        f"{reply.url} replied with {kind or 'no media type'}, not {exact.MEDIA_TYPE}: it has another version than "
        "this client, or is another kind of server; check the URL, or install the server's gymnasium-http.",
        reply.status_code,
    )


def error_in(reply: httpx.Response) -> GymHTTPError:
    """The exception for a reply that is an error."""
    return error_of(reply.status_code, _problem_of(reply), reply.headers.get("Retry-After"))


def _problem_of(reply: httpx.Response) -> Mapping[str, Any]:
    """The problem document, or one made from a gateway's status line."""
    if reply.is_redirect:
        target = reply.headers.get("Location")
        return {"detail": f"{reply.url} redirects to {target}; pass the URL of the server itself."}
    try:
        problem = reply.json()
    except ValueError:
        problem = None
    if isinstance(problem, dict):
        return problem
    said = f"{reply.status_code} {reply.reason_phrase}"
    if reply.is_client_error:
        said = f"{reply.url} answers {said} in other words than this service; check the URL"
    return {"title": said}
