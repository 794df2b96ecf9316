"""The dialect of openai/gym-http-api, which orphaned clients in a dozen languages still speak."""

import re
from http import HTTPStatus
from typing import Any

import msgspec
from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json
from starlette.responses import Response
from starlette.types import Scope

from shared.errors import GymHTTPError, InstanceNotFound, InvalidRequest
from shared.legacy.messages import LegacyError
from shared.legacy.spaces import FORM
from shared.web.observe.request_log import RawHeaders
from shared.web.protocol.dialect import Dialect
from shared.web.protocol.encoding import JSON_TYPE, Encoding
from shared.web.protocol.problems import PROBLEMS, headers_of
from shared.web.protocol.validation import sentence
from shared.wire.values import values

_SHORT = re.compile(r"[0-9a-f]{8}")
# The rest of a version 4 UUID, so that an instance of this dialect is one of /v1 too: the node spells "legacy".
_REST = "-0000-4000-8000-6c6567616379"


def shortened(instance_id: str) -> str:
    """The id of an instance of this dialect that begins with the digits of any UUID."""
    return instance_id[:8] + _REST


def short_id(instance_id: str) -> str | None:
    """The eight digits by which this dialect names the instance; None if it was made through another."""
    return instance_id.removesuffix(_REST) if instance_id.endswith(_REST) else None


def _parse(form: TypeAdapter[Any], raw: bytes, headers: RawHeaders) -> Any:
    """Only endpoints with a required parameter declare a body; the others never look at theirs."""
    try:
        sent = from_json(raw)
    except ValueError:
        sent = None
    if sent is None:
        raise InvalidRequest("Request is not a valid json")
    try:
        return form.validate_python(sent)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        if first["type"] == "missing":
            name = first["loc"][-1]
            raise InvalidRequest(f"A required request parameter '{name}' was not provided") from None
        raise InvalidRequest(sentence(error)) from None


def _json(reply: Any) -> bytes:
    encoded: bytes = msgspec.json.encode(values.encode(reply, FORM))
    return encoded


_ENCODING = Encoding(JSON_TYPE, _json, gzipped=False)


def _status(error: type[GymHTTPError]) -> HTTPStatus:
    """400 for whatever the caller can mend but a missing API key."""
    status = PROBLEMS[error].status
    return status if status >= 500 or status == HTTPStatus.UNAUTHORIZED else HTTPStatus.BAD_REQUEST


def _refuse(error: GymHTTPError, scope: Scope) -> Response:
    message = error.detail
    if isinstance(error, InstanceNotFound):
        message = f"Instance_id {scope['path_params']['instance_id']} unknown"
    return Response(
        msgspec.json.encode({"message": message}),
        _status(type(error)).value,
        media_type=JSON_TYPE,
        headers=headers_of(error),
    )


LEGACY = Dialect(
    short_id=_SHORT,
    id_rest=_REST,
    parse=_parse,
    encoding=lambda accept, accept_encoding, query: _ENCODING,
    refuse=_refuse,
    status=_status,
    error=LegacyError,
    error_media_type=JSON_TYPE,
    path_examples={"instance_id": "3c657dbc", "x": "1"},
)
"""Ids of eight hexadecimal digits, `{"message"}` with status 400, and 1e100 for infinity."""
