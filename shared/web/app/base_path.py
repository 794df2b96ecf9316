"""What stands before a function's paths: a stage's name, or the base path of a domain.

API Gateway puts `/prod` or the base path of a custom domain before a path, and a load balancer passes on what the
client sent. The route that an event came to says where the declared path begins.

Sources: "Create AWS Lambda proxy integrations for HTTP APIs" and "Input format of a Lambda function for proxy
integration" in the API Gateway developer guide.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

# A path that begins with two slashes would lead to another host, from `Location`.
_BEFORE = r"((?:/[\w.~-]{1,64}){0,4}?)"
_API = r"/(?:legacy/)?v1"


def base_path(event: Mapping[str, Any], path: str) -> str:
    """What comes before the declared path, such as `/prod`; empty where there is nothing.

    `event` is one of an HTTP API (payload 1.0 or 2.0), of a REST API or of an Application Load Balancer.
    """
    route = event.get("routeKey") or event.get("resource") or ""
    found = _pattern(route.rpartition(" ")[2]).match(path)
    return found[1] if found else ""


@lru_cache(maxsize=256)
def _pattern(route: str) -> re.Pattern[str]:
    """What matches the base path before a route's fixed beginning, or before the API where the route has none."""
    fixed = route.partition("{")[0].rstrip("/")
    return re.compile(f"{_BEFORE}(?={re.escape(fixed) if fixed.startswith('/') else _API}(?:/|$))", re.ASCII)
