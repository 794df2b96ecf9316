"""HTTP requests as events of an HTTP API, and a function's answer as an HTTP reply.

Source: "Working with AWS Lambda proxy integrations for HTTP APIs", payload format version 2.0.
"""

import base64
import json
import time
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from infra.aws.template import Route

_TEXT = ("text/", "application/json", "application/javascript", "application/xml")


class HttpReply(NamedTuple):
    """What the gateway sends to the client."""

    status: int
    headers: list[tuple[str, str]]
    content: bytes


def event(
    route: Route,
    target: str,
    *,
    method: str = "",
    parameters: Mapping[str, str] | None = None,
    headers: Iterable[tuple[str, str]] = (),
    content: bytes = b"",
    source: str = "127.0.0.1",
) -> dict[str, Any]:
    """The event of a request for `target`, a path with its query, that came to the route.

    `method` is the request's, if that is not the route's own: the default route takes any.
    The stage is `$default`, whose name is not part of the path. A body that is not text is in base64.
    """
    split = urlsplit(target)
    joined = _joined(headers)
    cookies = joined.pop("cookie", None)
    host = joined.get("host", "localhost")
    now = time.time()
    body, encoded = _body(content, joined.get("content-type", ""))
    made: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route.key,
        "rawPath": unquote(split.path),
        "rawQueryString": split.query,
        "headers": joined,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "offline",
            "domainName": host,
            "domainPrefix": host.partition(".")[0],
            "http": {
                "method": method or route.method,
                "path": unquote(split.path),
                "protocol": "HTTP/1.1",
                "sourceIp": source,
                "userAgent": joined.get("user-agent", ""),
            },
            "requestId": str(uuid.uuid4()),
            "routeKey": route.key,
            "stage": "$default",
            "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
            "timeEpoch": int(now * 1000),
        },
        "isBase64Encoded": encoded,
    }
    if body:
        made["body"] = body
    if cookies is not None:
        made["cookies"] = [cookie.strip() for cookie in cookies.split(";")]
    if parameters:
        made["pathParameters"] = dict(parameters)
    if split.query:
        made["queryStringParameters"] = _joined(parse_qsl(split.query, keep_blank_values=True))
    return made


def reply(answer: Any) -> HttpReply:
    """The HTTP reply that API Gateway makes of a function's answer.

    An answer without a status is a 200 with the answer as JSON. An error, or the sentence that the emulator
    answers after a timeout, is a 500 without details.
    """
    if isinstance(answer, str) or (isinstance(answer, dict) and "errorType" in answer):
        return failure(500, "Internal Server Error")
    if not isinstance(answer, dict) or "statusCode" not in answer:
        return HttpReply(200, [("content-type", "application/json")], json.dumps(answer).encode())
    text = answer.get("body") or ""
    content = base64.b64decode(text) if answer.get("isBase64Encoded") else text.encode()
    headers = [(name.lower(), str(value)) for name, value in (answer.get("headers") or {}).items()]
    headers += [("set-cookie", cookie) for cookie in answer.get("cookies") or ()]
    return HttpReply(int(answer["statusCode"]), headers, content)


def failure(status: int, message: str) -> HttpReply:
    """API Gateway's own reply where no function gives one."""
    return HttpReply(status, [("content-type", "application/json")], json.dumps({"message": message}).encode())


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The pairs by name; the values of a repeated name are joined by commas."""
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _body(content: bytes, content_type: str) -> tuple[str, bool]:
    if not content:
        return "", False
    if content_type.partition(";")[0].strip().startswith(_TEXT):
        try:
            return content.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(content).decode(), True
