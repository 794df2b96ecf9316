"""Reading of replies: values, and the exceptions of those that are errors."""

import json
from collections.abc import Mapping
from typing import Any

import httpx

from gymnasium_http.errors import (
    BodyTooLarge,
    CallTooLong,
    CheckpointNotFound,
    Contended,
    EnvironmentRaised,
    EpisodeNotFound,
    GymHTTPError,
    HistoryDamaged,
    InstanceNotFound,
    InvalidAction,
    InvalidRequest,
    InvalidSnapshot,
    InvalidValue,
    JournalFull,
    KeyReused,
    NotCreatable,
    NotEncodable,
    NotExact,
    NotFound,
    NotInstalled,
    NotRecorded,
    NotRenderable,
    QuotaExceeded,
    ReplyGone,
    ReplyTooLarge,
    ResetNeeded,
    RevisionNotFound,
    ServerFailed,
    ServiceUnavailable,
    SnapshotTooLarge,
    SnapshotUnusable,
    StaleRevision,
    TrialNotFound,
    Unauthorized,
    UnknownArgument,
    VersionMismatch,
)
from gymnasium_http.transport import exact

SNAPSHOT_TYPE = "application/vnd.gymnasium.snapshot"
"""The media type of snapshot files."""

_BY_NAME: dict[str, type[GymHTTPError]] = {
    "invalid-request": InvalidRequest,
    "body-too-large": BodyTooLarge,
    "unsupported-encoding": InvalidRequest,
    "key-reused": KeyReused,
    "invalid-action": InvalidAction,
    "invalid-value": InvalidValue,
    "invalid-snapshot": InvalidSnapshot,
    "not-encodable": NotEncodable,
    "unauthorized": Unauthorized,
    "host-not-allowed": GymHTTPError,
    "origin-not-allowed": GymHTTPError,
    "request-too-late": GymHTTPError,
    "headers-too-large": GymHTTPError,
    "not-creatable": NotCreatable,
    "not-exact": NotExact,
    "not-found": NotFound,
    "instance-not-found": InstanceNotFound,
    "checkpoint-not-found": CheckpointNotFound,
    "path-not-found": VersionMismatch,
    "method-not-allowed": VersionMismatch,
    "upgrade-required": VersionMismatch,
    "journal-full": JournalFull,
    "reply-gone": ReplyGone,
    "reset-needed": ResetNeeded,
    "environment-raised": EnvironmentRaised,
    "not-renderable": NotRenderable,
    "not-installed": NotInstalled,
    "not-recorded": NotRecorded,
    "history-damaged": HistoryDamaged,
    "revision-not-found": RevisionNotFound,
    "episode-not-found": EpisodeNotFound,
    "trial-not-found": TrialNotFound,
    "snapshot-too-large": SnapshotTooLarge,
    "call-too-long": CallTooLong,
    "reply-too-large": ReplyTooLarge,
    "contended": Contended,
    "chain-broken": InvalidRequest,
    "stale-revision": StaleRevision,
    "quota-exceeded": QuotaExceeded,
    "snapshot-unusable": SnapshotUnusable,
    "snapshot-corrupt": SnapshotUnusable,
    "snapshot-unverified": ServiceUnavailable,
    "snapshot-incompatible": SnapshotUnusable,
    "snapshot-diverged": SnapshotUnusable,
    "misconfigured": ServiceUnavailable,
    "server-ending": ServiceUnavailable,
    "sockets-full": ServiceUnavailable,
    "store-failed": ServiceUnavailable,
    "store-unavailable": ServiceUnavailable,
    "outcome-unknown": ServiceUnavailable,
    "internal": ServerFailed,
}
"""Classes by the last part of a problem's `type`."""

_BY_STATUS: dict[int, type[GymHTTPError]] = {
    401: Unauthorized,
    403: Unauthorized,
    404: NotFound,
    413: BodyTooLarge,
    422: InvalidRequest,
    502: ServiceUnavailable,
    503: ServiceUnavailable,
    504: ServiceUnavailable,
}
"""Classes for replies of gateways, and for types of problem that are newer than this client."""


def elsewhere_of(reply: httpx.Response) -> httpx.Request | None:
    """The request for a reply that is in a store, since it was too long for the server; without the API key."""
    is_elsewhere = reply.status_code == httpx.codes.SEE_OTHER and reply.request.method == "GET"
    if not is_elsewhere or reply.next_request is None:
        return None
    reply.next_request.headers.pop("Authorization", None)
    return reply.next_request


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


def file_of(reply: httpx.Response, types: frozenset[str] = frozenset((SNAPSHOT_TYPE,))) -> bytes:
    """The file in a reply.

    Raises:
        VersionMismatch: it has another media type.
    """
    if reply.headers.get("Content-Type") not in types:
        raise VersionMismatch(
            f"{reply.url} replied with no {' or '.join(sorted(types))}: it has another version than this client.",
            reply.status_code,
        )
    return reply.content


def error_in(reply: httpx.Response) -> GymHTTPError:
    """The exception for a reply that is an error."""
    return error_of(reply.status_code, _problem_of(reply), reply.headers.get("Retry-After"))


def name_of(problem: Mapping[str, Any]) -> str:
    """The problem's type, such as `invalid-action`."""
    return str(problem.get("type", "")).rpartition(":")[2]


def error_of(status: int, problem: Mapping[str, Any], retry_after: str | None = None) -> GymHTTPError:
    """The exception for an error reply."""
    kind = _BY_NAME.get(name_of(problem)) or _BY_STATUS.get(status)
    if kind is None:
        kind = GymHTTPError if 400 <= status < 500 else ServerFailed
    detail = problem.get("detail") or problem.get("title") or f"The server answered {status}."
    # In Python's words, in which TorchRL looks for it too.
    if kind is NotCreatable and "unexpected keyword argument" in str(detail):
        kind = UnknownArgument
    error = kind(detail if isinstance(detail, str) else repr(detail), status, problem)
    error.retry_after = retry_after
    return error


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
