"""The one table from exceptions to HTTP statuses, and the replies that tell of them (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec

from shared import errors
from shared.errors import GymHTTPError
from shared.web.protocol.reply import Reply, head_of
from shared.wire.values.abbreviation import abbreviated
from shared.wire.values.forms import encode

MEDIA_TYPE = "application/problem+json"
_LONGEST_EVIDENCE = 1000


class ProblemKind(NamedTuple):
    """A kind of problem: its status and its name in the reply's `type`."""

    status: HTTPStatus
    name: str


PROBLEMS: Mapping[type[GymHTTPError], ProblemKind] = {
    errors.InvalidRequest: ProblemKind(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request"),
    errors.BodyTooLarge: ProblemKind(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body-too-large"),
    errors.UnsupportedEncoding: ProblemKind(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported-encoding"),
    errors.KeyReused: ProblemKind(HTTPStatus.UNPROCESSABLE_ENTITY, "key-reused"),
    errors.InvalidSnapshot: ProblemKind(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-snapshot"),
    errors.InvalidAction: ProblemKind(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-action"),
    errors.InvalidValue: ProblemKind(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-value"),
    errors.Unauthorized: ProblemKind(HTTPStatus.UNAUTHORIZED, "unauthorized"),
    errors.NotCreatable: ProblemKind(HTTPStatus.BAD_REQUEST, "not-creatable"),
    errors.NotExact: ProblemKind(HTTPStatus.BAD_REQUEST, "not-exact"),
    errors.SnapshotTooLarge: ProblemKind(HTTPStatus.UNPROCESSABLE_ENTITY, "snapshot-too-large"),
    errors.NotFound: ProblemKind(HTTPStatus.NOT_FOUND, "not-found"),
    errors.InstanceNotFound: ProblemKind(HTTPStatus.NOT_FOUND, "instance-not-found"),
    errors.CheckpointNotFound: ProblemKind(HTTPStatus.NOT_FOUND, "checkpoint-not-found"),
    errors.TrialNotFound: ProblemKind(HTTPStatus.NOT_FOUND, "trial-not-found"),
    errors.NotInstalled: ProblemKind(HTTPStatus.NOT_FOUND, "not-installed"),
    errors.RevisionNotFound: ProblemKind(HTTPStatus.NOT_FOUND, "revision-not-found"),
    errors.EpisodeNotFound: ProblemKind(HTTPStatus.NOT_FOUND, "episode-not-found"),
    errors.NotRecorded: ProblemKind(HTTPStatus.CONFLICT, "not-recorded"),
    errors.HistoryDamaged: ProblemKind(HTTPStatus.CONFLICT, "history-damaged"),
    errors.JournalFull: ProblemKind(HTTPStatus.CONFLICT, "journal-full"),
    errors.ReplyGone: ProblemKind(HTTPStatus.CONFLICT, "reply-gone"),
    errors.ResetNeeded: ProblemKind(HTTPStatus.CONFLICT, "reset-needed"),
    errors.NotEncodable: ProblemKind(HTTPStatus.UNPROCESSABLE_ENTITY, "not-encodable"),
    errors.ReplyTooLarge: ProblemKind(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "reply-too-large"),
    errors.EnvironmentRaised: ProblemKind(HTTPStatus.UNPROCESSABLE_ENTITY, "environment-raised"),
    errors.CallTooLong: ProblemKind(HTTPStatus.UNPROCESSABLE_ENTITY, "call-too-long"),
    errors.NotRenderable: ProblemKind(HTTPStatus.BAD_REQUEST, "not-renderable"),
    errors.Contended: ProblemKind(HTTPStatus.CONFLICT, "contended"),
    errors.ChainBroken: ProblemKind(HTTPStatus.FAILED_DEPENDENCY, "chain-broken"),
    errors.StaleRevision: ProblemKind(HTTPStatus.PRECONDITION_FAILED, "stale-revision"),
    errors.QuotaExceeded: ProblemKind(HTTPStatus.TOO_MANY_REQUESTS, "quota-exceeded"),
    errors.Misconfigured: ProblemKind(HTTPStatus.SERVICE_UNAVAILABLE, "misconfigured"),
    errors.ServerEnding: ProblemKind(HTTPStatus.SERVICE_UNAVAILABLE, "server-ending"),
    errors.SocketsFull: ProblemKind(HTTPStatus.SERVICE_UNAVAILABLE, "sockets-full"),
    errors.StoreFailed: ProblemKind(HTTPStatus.SERVICE_UNAVAILABLE, "store-failed"),
    errors.StoreUnavailable: ProblemKind(HTTPStatus.SERVICE_UNAVAILABLE, "store-unavailable"),
    errors.OutcomeUnknown: ProblemKind(HTTPStatus.SERVICE_UNAVAILABLE, "outcome-unknown"),
    errors.SnapshotUnusable: ProblemKind(HTTPStatus.INTERNAL_SERVER_ERROR, "snapshot-unusable"),
    errors.SnapshotCorrupt: ProblemKind(HTTPStatus.INTERNAL_SERVER_ERROR, "snapshot-corrupt"),
    errors.SnapshotUnverified: ProblemKind(HTTPStatus.SERVICE_UNAVAILABLE, "snapshot-unverified"),
    errors.SnapshotIncompatible: ProblemKind(HTTPStatus.CONFLICT, "snapshot-incompatible"),
    errors.SnapshotDiverged: ProblemKind(HTTPStatus.CONFLICT, "snapshot-diverged"),
}

METHOD_NOT_ALLOWED = ProblemKind(HTTPStatus.METHOD_NOT_ALLOWED, "method-not-allowed")
HOST_NOT_ALLOWED = ProblemKind(HTTPStatus.MISDIRECTED_REQUEST, "host-not-allowed")
ORIGIN_NOT_ALLOWED = ProblemKind(HTTPStatus.FORBIDDEN, "origin-not-allowed")
PATH_NOT_FOUND = ProblemKind(HTTPStatus.NOT_FOUND, "path-not-found")
REQUEST_TOO_LATE = ProblemKind(HTTPStatus.REQUEST_TIMEOUT, "request-too-late")
HEADERS_TOO_LARGE = ProblemKind(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "headers-too-large")
UPGRADE_REQUIRED = ProblemKind(HTTPStatus.UPGRADE_REQUIRED, "upgrade-required")
INTERNAL = ProblemKind(HTTPStatus.INTERNAL_SERVER_ERROR, "internal")

_INTERNAL_DETAIL = "The server failed; the instance is at its last good state. Please report it."


def problem(error: GymHTTPError) -> Reply:
    """The reply that tells a client of the error."""
    return problem_response(PROBLEMS[type(error)], error.detail, headers_of(error), error.evidence)


def headers_of(error: GymHTTPError) -> dict[str, str]:
    """The headers that HTTP wants with an error: `Retry-After`, `WWW-Authenticate` and `Accept-Encoding`."""
    headers = {}
    if "retry_after" in error.evidence:
        headers["Retry-After"] = str(error.evidence["retry_after"])
    if PROBLEMS[type(error)].status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if PROBLEMS[type(error)].status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE:
        headers["Accept-Encoding"] = "gzip, deflate"  # RFC 9110, section 12.5.3
    return headers


def told(error: GymHTTPError) -> dict[str, Any]:
    """The members of an error's problem, for one that is part of a reply."""
    return _members(PROBLEMS[type(error)], error.detail, error.evidence)


def problem_response(
    kind: ProblemKind,
    detail: str,
    headers: Mapping[str, str] | None = None,
    evidence: Mapping[str, Any] | None = None,
) -> Reply:
    """A problem of the kind; the evidence becomes further members."""
    content = _members(kind, detail, evidence or {})
    head = [*head_of(headers or {}), (b"content-type", MEDIA_TYPE.encode())]
    return Reply.of(msgspec.json.encode(encode(content)), kind.status.value, head)


def internal_problem() -> Reply:
    """The reply to a failure of ours. The cause is in the log alone: it may hold what is not for the caller."""
    return problem_response(INTERNAL, _INTERNAL_DETAIL)


def internal_members() -> dict[str, Any]:
    """The members of the same problem, for one that is part of a reply."""
    return _members(INTERNAL, _INTERNAL_DETAIL, {})


def _members(kind: ProblemKind, detail: str, evidence: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": f"urn:gym-http:problem:{kind.name}",
        "title": kind.status.phrase,
        "status": kind.status.value,
        "detail": detail,
        **{name: _bounded(value) for name, value in evidence.items()},
    }


def _bounded(value: Any) -> Any:
    """Evidence, abbreviated where it is long: a value that a client sent may be as long as a body."""
    if _is_long(value):
        return abbreviated(value)
    encoded = encode(value)
    return encoded if len(msgspec.json.encode(encoded)) <= _LONGEST_EVIDENCE else abbreviated(value)


def _is_long(value: Any) -> bool:
    """Whether the value has more parts than may be told, which is found without walking through all of them."""
    waiting, room = [value], _LONGEST_EVIDENCE // 2  # a part takes two bytes or more
    while waiting and room >= 0:
        each = waiting.pop()
        inner = each.values() if isinstance(each, dict) else each if isinstance(each, list | tuple) else ()
        room -= len(inner)
        if room >= 0:
            waiting.extend(inner)
    return room < 0
