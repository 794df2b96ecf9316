"""What differs between APIs that are served over the same instances.

Two families of clients call the service. They differ in how an instance is named, how a missing body is read, how
a reply's numbers are written and how an error is told; everything else is the same code.
"""

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.types import Scope

from shared.errors import GymHTTPError
from shared.web.bodies.form import BodyForm
from shared.web.observe.request_log import RawHeaders
from shared.web.protocol.encoding import Encoding, parse_body
from shared.web.protocol.negotiation import encoding_for
from shared.web.protocol.problems import MEDIA_TYPE, PROBLEMS, problem
from shared.web.protocol.reply import Reply
from shared.wire.messages.problem import Problem

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
"""The form of the ids of instances and checkpoints."""


class Dialect(msgspec.Struct, frozen=True):
    """How the clients of one API name instances, send bodies, and read replies and errors."""

    id_pattern: re.Pattern[str]
    """The form of an instance's id in a path. Nothing else becomes part of a key in the store."""
    id_suffix: str
    """What follows that part in the instance's id."""
    parse: Callable[[BodyForm, bytes, RawHeaders], Any]
    """From a body's declared form, its bytes and the request's headers to its value; raises InvalidRequest."""
    encoding: Callable[[bytes, bytes, bytes], Encoding]
    """From `Accept`, `Accept-Encoding` and the query to the form of the reply; raises InvalidValue."""
    refuse: Callable[[GymHTTPError, Scope], Reply]
    """The reply that tells of an error that the request of the scope met."""
    status: Callable[[type[GymHTTPError]], HTTPStatus]
    """The status of that reply."""
    error: Any
    """The form of that reply, for the document."""
    error_media_type: str
    path_examples: Mapping[str, str]
    """An example of each parameter that a path may have, for the document."""


V1 = Dialect(
    id_pattern=UUID,
    id_suffix="",
    parse=parse_body,
    encoding=encoding_for,
    refuse=lambda error, scope: problem(error),
    status=lambda error: PROBLEMS[error].status,
    error=Problem,
    error_media_type=MEDIA_TYPE,
    path_examples={
        "instance_id": "5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11",
        "checkpoint_id": "0a9b2c1e-53c6-4c1f-9f43-1c5a2e1f7d42",
        "trial_id": "9b0c5f1c3f0e4f0a9c550b8f6f0a2c119b0c5f1c3f0e4f0a9c550b8f6f0a2c11",
        "env_id": "CartPole-v1",
        "namespace": "ALE",
        "name": "Pong-v5",
        "revision": "2",
        "number": "1",
    },
)
"""The API of `/v1`: gymnasium-http-api's and what is added to it."""
