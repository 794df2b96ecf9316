"""From a request's path to its resource, in a time that does not grow with the number of endpoints."""

from collections.abc import Callable, Iterable
from typing import Any

from starlette.types import Scope

from shared.web.app.routing import Endpoint, Resource
from shared.web.service.service import Service

# Branches that no part can name, since none holds a slash.
_ANY = "/any"
_HERE = "/here"


class Paths:
    """The declared paths as a tree of their parts, each served with and without its last slash."""

    def __init__(self, endpoints: Iterable[Endpoint], open_service: Callable[[], Service]) -> None:
        self._tree: dict[str, Any] = {}
        for endpoint in endpoints:
            self._resource(endpoint.path, open_service).add(endpoint)

    def find(self, scope: Scope) -> Resource | None:
        """The resource of the request's path, whose parameters are put into the scope; None if there is none."""
        path: str = scope["path"].removeprefix(scope.get("root_path", ""))
        parts = path.split("/")
        if parts[-1] == "":
            parts.pop()
        node = self._tree
        values = []
        for part in parts[1:]:
            below = node.get(part)
            if below is None and part:
                below = node.get(_ANY)
                values.append(part)
            if below is None:
                return None
            node = below
        resource: Resource | None = node.get(_HERE)
        if resource is not None:
            scope["path_params"] = dict(zip(resource.parameters, values, strict=True))
        return resource

    def _resource(self, path: str, open_service: Callable[[], Service]) -> Resource:
        node = self._tree
        for part in path.strip("/").split("/"):
            node = node.setdefault(_ANY if part.startswith("{") else part, {})
        resource: Resource = node.setdefault(_HERE, Resource(path, open_service))
        return resource
