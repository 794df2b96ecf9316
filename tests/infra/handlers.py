"""Lambda functions that do one thing, for the gateway's tests."""

import os
import time
from typing import Any


def echo(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The body as it came, and the event's own account of the request as headers."""
    return {
        "statusCode": 201,
        "headers": {
            "content-type": event["headers"].get("content-type", ""),
            "path": event["rawPath"],
            "query": event["rawQueryString"],
            "access-control-allow-origin": "https://function",
        },
        "cookies": event.get("cookies", []),
        "body": event.get("body", ""),
        "isBase64Encoded": event["isBase64Encoded"],
    }


def slow(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Takes longer than it may, if it is told so."""
    time.sleep(float(event["rawQueryString"]))
    return {"statusCode": 200}


def broken(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Raises."""
    raise RuntimeError("a secret")


def ended(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Ends its process, if it is told so."""
    if event["rawQueryString"]:
        os._exit(1)
    return {"statusCode": 200}


def sized(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A body of as many letters as the query says."""
    return {
        "statusCode": 200,
        "headers": {"content-type": "text/plain"},
        "body": "x" * int(event["rawQueryString"]),
    }


def variables(event: dict[str, Any], context: Any) -> dict[str, str]:
    """The variables of the function's process."""
    return dict(os.environ)
