"""Every error has one status and one name, and is told in full where that is short."""

import json
from typing import Any

import pytest

from shared import errors
from shared.errors import Contended, GymHTTPError, InvalidAction, Unauthorized
from shared.web.protocol.problems import PROBLEMS, headers_of, internal_problem, problem, told


def leaves(error: type[GymHTTPError]) -> set[type[GymHTTPError]]:
    return {error}.union(*(leaves(child) for child in error.__subclasses__()))


def test_every_exception_has_a_status() -> None:
    assert set(PROBLEMS) == leaves(GymHTTPError) - {GymHTTPError}


def test_every_kind_of_problem_has_a_name_of_its_own() -> None:
    names = [kind.name for kind in PROBLEMS.values()]
    assert len(names) == len(set(names))


def test_the_tree_at_the_top_of_errors_names_every_exception() -> None:
    missing = [error.__name__ for error in leaves(GymHTTPError) if error.__name__ not in (errors.__doc__ or "")]
    assert not missing


def test_only_the_store_the_settings_a_full_or_ending_server_and_our_own_faults_are_5xx() -> None:
    at_fault = {error for error, kind in PROBLEMS.items() if kind.status >= 500}
    assert at_fault == {
        errors.Misconfigured,
        errors.ServerEnding,
        errors.SocketsFull,
        errors.StoreFailed,
        errors.StoreUnavailable,
        errors.OutcomeUnknown,
        errors.SnapshotUnusable,
        errors.SnapshotCorrupt,
        errors.SnapshotUnverified,
    }


def test_a_problem_has_the_members_of_rfc_9457_and_the_evidence() -> None:
    reply = problem(InvalidAction("7 is no action.", action=7))
    assert reply.status_code == 422
    assert (b"content-type", b"application/problem+json") in reply.raw_headers
    assert json.loads(bytes(reply.body)) == {
        "type": "urn:gym-http:problem:invalid-action",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": "7 is no action.",
        "action": 7,
    }


def test_long_evidence_is_abbreviated() -> None:
    whole: Any = told(InvalidAction("No.", action=[0.25] * 10))["action"]
    short = told(InvalidAction("No.", action=[0.25] * 1000))["action"]
    assert whole == [0.25] * 10
    assert len(json.dumps(short)) < 1000


@pytest.mark.parametrize("long", [[[0.5] * 600], {"a": {str(key): key for key in range(600)}}])
def test_long_evidence_is_not_encoded_before_it_is_abbreviated(long: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body of numbers takes ten times longer to encode than to read."""
    monkeypatch.setattr("shared.web.protocol.problems.encode", None)
    assert isinstance(told(InvalidAction("No.", action=long))["action"], str)


@pytest.mark.parametrize(
    ("error", "headers"),
    [
        (Contended("Busy.", retry_after=1), {"Retry-After": "1"}),
        (Unauthorized("Who?"), {"WWW-Authenticate": "Bearer"}),
        (InvalidAction("No."), {}),
    ],
)
def test_an_error_has_the_headers_that_http_wants_with_it(error: GymHTTPError, headers: dict[str, str]) -> None:
    assert headers_of(error) == headers


def test_a_failure_of_ours_says_nothing_of_its_cause() -> None:
    reply = internal_problem()
    assert reply.status_code == 500
    assert json.loads(bytes(reply.body)).keys() == {"type", "title", "status", "detail"}
