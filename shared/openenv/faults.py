"""OpenEnv's error codes, and which of them tells of which error."""

from typing import Any, Literal

from shared.errors import (
    GymHTTPError,
    InstanceNotFound,
    InvalidRequest,
    InvalidValue,
    NotCreatable,
    NotExact,
    QuotaExceeded,
    ResetNeeded,
)
from shared.web.protocol.problems import PROBLEMS

Code = Literal[
    "INVALID_JSON",
    "UNKNOWN_TYPE",
    "VALIDATION_ERROR",
    "EXECUTION_ERROR",
    "CAPACITY_REACHED",
    "FACTORY_ERROR",
    "SESSION_ERROR",
]
"""Source: `WSErrorCode` of openenv 0.10.0."""

_NO_SESSION: Code = "SESSION_ERROR"
_CODES: tuple[tuple[tuple[type[GymHTTPError], ...], Code], ...] = (
    ((QuotaExceeded,), "CAPACITY_REACHED"),
    ((NotCreatable, NotExact), "FACTORY_ERROR"),
    ((InstanceNotFound, ResetNeeded), "SESSION_ERROR"),
    ((InvalidRequest,), "VALIDATION_ERROR"),
)


def code_of(error: GymHTTPError) -> Code:
    """The code that tells of the error."""
    if error.evidence.get("code") == _NO_SESSION:
        return _NO_SESSION
    return next((code for kinds, code in _CODES if isinstance(error, kinds)), "EXECUTION_ERROR")


def fault(message: str, code: Code) -> dict[str, Any]:
    """A message that tells of what went wrong before a call was made."""
    return {"type": "error", "data": {"message": message, "code": code}}


def fault_of(error: GymHTTPError) -> dict[str, Any]:
    """A message that tells of an error; `problem` is its name in the API."""
    told = fault(error.detail, code_of(error))
    told["data"]["problem"] = PROBLEMS[type(error)].name
    return told


def no_episode(why: str) -> InvalidValue:
    """The error of a call that names no instance, with the code SESSION_ERROR."""
    return InvalidValue(why, code=_NO_SESSION)
