"""How a client of MCP is answered where its request never comes to a tool: by an error of JSON-RPC.

The body itself is read by MCP's own package, which knows what a message may be.
"""

import json
from typing import Any

import msgspec
from starlette.types import Scope
from typing_extensions import TypedDict

from shared.errors import GymHTTPError, InvalidRequest
from shared.web.bodies.form import BodyForm
from shared.web.observe.request_log import RawHeaders
from shared.web.protocol.content_coding import too_large
from shared.web.protocol.dialect import V1, Dialect
from shared.web.protocol.encoding import JSON_TYPE, Encoding, as_json
from shared.web.protocol.problems import PROBLEMS, headers_of, told
from shared.web.protocol.reply import Reply, head_of

MOST_BODY_BYTES = 65_536
"""The most of one message. Some parts of the package read it more than once, while other clients wait."""

_REFUSED = -32000
"""The first of the codes that JSON-RPC 2.0 (section 5.1) leaves to servers."""

_ENCODING = Encoding(JSON_TYPE, as_json, gzipped=False)


class RpcFault(TypedDict):
    """What went wrong; `data` is the problem that `/v1` would tell."""

    code: int
    message: str
    data: dict[str, Any]


class RpcError(TypedDict):
    """A message that was refused before it was read, so that its id is not known."""

    jsonrpc: str
    id: None
    error: RpcFault


def _parse(form: BodyForm, raw: bytes, headers: RawHeaders) -> None:
    if len(raw) > MOST_BODY_BYTES:
        raise too_large(MOST_BODY_BYTES, "a bound of MCP")
    if b"\\ud" in raw.lower() and not _is_unicode(raw):
        raise InvalidRequest("The message has a half of a surrogate pair, which no text may have; send UTF-8.")


def _is_unicode(raw: bytes) -> bool:
    """Whether all text of a body in JSON can be written; what is no JSON is for the package to refuse."""
    try:
        json.dumps(json.loads(raw), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    except (ValueError, RecursionError):
        return True
    return True


def _refuse(error: GymHTTPError, scope: Scope) -> Reply:
    fault: RpcFault = {"code": _REFUSED, "message": error.detail, "data": told(error)}
    refused: RpcError = {"jsonrpc": "2.0", "id": None, "error": fault}
    head = [*head_of(headers_of(error)), (b"content-type", JSON_TYPE.encode())]
    return Reply.of(msgspec.json.encode(refused), PROBLEMS[type(error)].status.value, head)


MCP = Dialect(
    id_pattern=V1.id_pattern,
    id_suffix=V1.id_suffix,
    parse=_parse,
    encoding=lambda accept, accept_encoding, query: _ENCODING,
    refuse=_refuse,
    status=V1.status,
    error=RpcError,
    error_media_type=JSON_TYPE,
    path_examples={},
)
"""JSON-RPC over HTTP, with the statuses of `/v1`."""
