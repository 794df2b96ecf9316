"""How the clients of openai/gym-http-api name instances, send bodies, and read replies and errors.

That server was archived, and clients in a dozen languages still speak to it as they did.
"""

from http import HTTPStatus
from typing import Any

import msgspec
from pydantic import ValidationError
from pydantic_core import from_json
from starlette.types import Scope

from shared.errors import GymHTTPError, InstanceNotFound, InvalidRequest
from shared.legacy.instance_ids import REST, SHORT
from shared.legacy.messages import LegacyError
from shared.legacy.spaces import FORM
from shared.web.bodies.form import BodyForm
from shared.web.bodies.validation import sentence
from shared.web.observe.request_log import RawHeaders
from shared.web.protocol.dialect import Dialect
from shared.web.protocol.encoding import JSON_TYPE, Encoding, as_utf8
from shared.web.protocol.problems import PROBLEMS, headers_of
from shared.web.protocol.reply import Reply, head_of
from shared.wire.values import forms


def _parse(form: BodyForm, raw: bytes, headers: RawHeaders) -> Any:
    """The parsed body. Only endpoints with a required parameter declare one; the others ignore what was sent."""
    try:
        sent = from_json(as_utf8(raw))
    except (InvalidRequest, ValueError):
        sent = None
    if sent is None:
        raise InvalidRequest("Request is not a valid json")
    try:
        return form.validator.adapter.validate_python(sent)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        if first["type"] == "missing":
            name = first["loc"][-1]
            raise InvalidRequest(f"A required request parameter '{name}' was not provided") from None
        raise InvalidRequest(sentence(error)) from None


def _json(reply: Any) -> bytes:
    encoded: bytes = msgspec.json.encode(forms.encode(reply, FORM))
    return encoded


_ENCODING = Encoding(JSON_TYPE, _json, gzipped=False)


def _status(error: type[GymHTTPError]) -> HTTPStatus:
    """400 for every error of the caller's, but 401 for a missing API key."""
    status = PROBLEMS[error].status
    return status if status >= 500 or status == HTTPStatus.UNAUTHORIZED else HTTPStatus.BAD_REQUEST


def _refuse(error: GymHTTPError, scope: Scope) -> Reply:
    message = error.detail
    if isinstance(error, InstanceNotFound):
        message = f"Instance_id {scope['path_params']['instance_id']} unknown"
    head = [*head_of(headers_of(error)), (b"content-type", JSON_TYPE.encode())]
    return Reply.of(_json({"message": message}), _status(type(error)).value, head)


LEGACY = Dialect(
    id_pattern=SHORT,
    id_suffix=REST,
    parse=_parse,
    encoding=lambda accept, accept_encoding, query: _ENCODING,
    refuse=_refuse,
    status=_status,
    error=LegacyError,
    error_media_type=JSON_TYPE,
    path_examples={"instance_id": "3c657dbc", "x": "1"},
)
"""Ids of eight hexadecimal digits, errors as `{"message"}` with status 400, and 1e100 for infinity."""
