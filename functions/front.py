"""The function at the API's own root on AWS: it leads to the pages, which a bucket has.

`/`, `/docs` and `/openapi.json` are what a person opens first. A server answers them with the pages themselves.
Whatever no other function's route takes comes here too, and is told what paths begin with.
"""

import json
from collections.abc import Mapping
from typing import Any

from shared.settings import read

_NO_PAGES = (
    "This address has the API alone, below /v1/. The pages and the OpenAPI document are at the stack's output "
    "SiteUrl; give that to the parameter PagesUrl (GYM_HTTP_PAGES_URL), and this address leads there."
)

_NO_ROUTE = (
    "No route of this API takes this method and path: its paths begin with /v1/, and before that stands a stage's "
    "name or a base path only where the stack's output ApiUrl or the domain's mapping has one."
)
_DEFAULT_ROUTE = "$default"


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Redirect to the page of the route's path; 404 where it is not known where the pages are, or on no route.

    Raises:
        Misconfigured: a setting is malformed.
    """
    if event["routeKey"] == _DEFAULT_ROUTE:
        return _not_found(_NO_ROUTE)
    pages = read().pages_url
    if pages:
        path = event["routeKey"].partition(" ")[2]
        return {"statusCode": 307, "headers": {"location": pages + path, "cache-control": "no-cache"}, "body": ""}
    return _not_found(_NO_PAGES)


def _not_found(detail: str) -> dict[str, Any]:
    problem = {
        "type": "urn:gym-http:problem:path-not-found",
        "title": "Not Found",
        "status": 404,
        "detail": detail,
    }
    headers = {"content-type": "application/problem+json"}
    return {"statusCode": 404, "headers": headers, "body": json.dumps(problem)}
