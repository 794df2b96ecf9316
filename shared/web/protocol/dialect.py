"""What differs between APIs that are served over the same instances.

Two families of clients call the service. They collide on how an instance is named, on how a missing body is
read, on the numbers of a reply and on how an error is told; everything else is the same code.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from pydantic import TypeAdapter, ValidationError
from starlette.responses import Response
from starlette.types import Scope

from shared.errors import GymHTTPError, InstanceNotFound, InvalidRequest
from shared.web.observe.request_log import RawHeaders
from shared.web.protocol.encoding import Encoding, decoder_for, encoding_for
from shared.web.protocol.problems import MEDIA_TYPE, PROBLEMS, problem
from shared.wire.messages.replies import Problem

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
"""The form of the ids of instances and checkpoints."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the clients of one API name instances, send bodies, and read replies and errors."""

    instance_id: Callable[[str], str]
    """From the path's part to the instance's id; raises InstanceNotFound where it cannot be one."""
    parse: Callable[[TypeAdapter[Any], bytes, RawHeaders], Any]
    """From a body's declared form, its bytes and the request's headers to its value; raises InvalidRequest."""
    encoding: Callable[[RawHeaders, bytes], Encoding]
    """From a request's headers and query to the form that its reply is to have."""
    refuse: Callable[[GymHTTPError, Scope], Response]
    """The reply that tells of an error that the request of the scope met."""
    status: Callable[[type[GymHTTPError]], HTTPStatus]
    """The status of that reply."""
    error: Any
    """The form of that reply, for the document."""
    error_media_type: str
    path_examples: Mapping[str, str]
    """An example of each parameter that a path may have, for the document."""


def _instance_id(part: str) -> str:
    """The id, if it has the form of one, so that no key of the store is made of anything else."""
    if not UUID.fullmatch(part):
        raise InstanceNotFound
    return part


def _parse(form: TypeAdapter[Any], raw: bytes, headers: RawHeaders) -> Any:
    decode = decoder_for(headers)
    try:
        if decode is not None:
            parsed = decode(raw)
            return form.validate_python({} if parsed is None else parsed)
        # Nothing and null are an object without members: clients of some languages send no other.
        empty = raw.strip() in (b"", b"null")
        return form.validate_json(b"{}" if empty else raw)
    except ValidationError as error:
        raise InvalidRequest(sentence(error), errors=_places(error)) from None


def sentence(error: ValidationError) -> str:
    """The first thing that is wrong with a body, with its place and the value that was sent."""
    first = error.errors(include_url=False)[0]
    place = ".".join(["body", *map(str, first["loc"])])
    sent = "" if first["type"] in ("missing", "json_invalid") else f" (sent: {repr(first['input'])[:80]})"
    return f"{place}: {first['msg']}{sent}."


def _places(error: ValidationError) -> list[dict[str, Any]]:
    return [
        {"loc": ["body", *each["loc"]], "msg": each["msg"], "type": each["type"]}
        for each in error.errors(include_url=False, include_context=False, include_input=False)[:20]
    ]


V1 = Dialect(
    instance_id=_instance_id,
    parse=_parse,
    encoding=encoding_for,
    refuse=lambda error, scope: problem(error),
    status=lambda error: PROBLEMS[error].status,
    error=Problem,
    error_media_type=MEDIA_TYPE,
    path_examples={
        "instance_id": "5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11",
        "checkpoint_id": "0a9b2c1e-53c6-4c1f-9f43-1c5a2e1f7d42",
    },
)
"""The API of `/v1`: gymnasium-http-api's and what is added to it."""
