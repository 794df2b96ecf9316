"""The function at the API's own root on AWS: it leads to the pages, which a bucket has.

`/`, `/docs` and `/openapi.json` are what a person opens first. A server answers them with the pages themselves.
"""

import json
from collections.abc import Mapping
from typing import Any

from shared.settings import read

_NO_PAGES = (
    "This address has the API alone, below /v1/. The pages and the OpenAPI document are at the stack's output "
    "SiteUrl; give that to the parameter PagesUrl (GYM_HTTP_PAGES_URL), and this address leads there."
)


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Redirect to the page of the route's path; 404 where it is not known where the pages are.

    Raises:
        Misconfigured: a setting is malformed.
    """
    pages = read().pages_url
    if pages:
        path = event["routeKey"].partition(" ")[2]
        return {"statusCode": 307, "headers": {"location": pages + path, "cache-control": "no-cache"}, "body": ""}
    problem = {
        "type": "urn:gym-http:problem:path-not-found",
        "title": "Not Found",
        "status": 404,
        "detail": _NO_PAGES,
    }
    headers = {"content-type": "application/problem+json"}
    return {"statusCode": 404, "headers": headers, "body": json.dumps(problem)}
