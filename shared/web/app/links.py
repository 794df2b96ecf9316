"""OpenAPI links: the calls that can follow a reply, and which of its values they take.

They show readers the order of calls, and tools that explore the document follow them. They are derived from the
operations' paths and names, so that a new endpoint of an instance is linked like the others.
"""

from collections.abc import Iterator
from typing import Any

_API = "/v1/"
_INSTANCE = "{instance_id}"
_SAME_INSTANCE = {"instance_id": "$request.path.instance_id"}
_NEXT_IN_EPISODE = ("step_env", "reset_env", "render_env", "close_env")
"""The calls that follow a reset or a step."""
_CHECKPOINT_ID = "$response.body#/checkpoint_id"


def add_links(paths: dict[str, Any]) -> None:
    """Add the links to the 200 replies of the document's `paths`, in place."""
    operations = {
        operation["operationId"]: (path, operation)
        for path, methods in paths.items()
        if path.startswith(_API)
        for operation in methods.values()
    }
    of_an_instance = [name for name, (path, _) in operations.items() if path.count("{") == 1 and _INSTANCE in path]
    for name, link in _links(of_an_instance):
        if name in operations and link["operationId"] in operations:
            reply = operations[name][1]["responses"]["200"]
            reply.setdefault("links", {})[f"{name}.{link['operationId']}"] = link


def _links(of_an_instance: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each link, with the name of the operation whose reply it belongs to."""
    for name in of_an_instance:
        yield "create_env", {"operationId": name, "parameters": {"instance_id": "$response.body#/instance_id"}}
        yield "fork_env", {"operationId": name, "parameters": {"instance_id": "$response.body#/instance_ids/0"}}
    for before in ("reset_env", "step_env"):
        for name in _NEXT_IN_EPISODE:
            yield before, {"operationId": name, "parameters": _SAME_INSTANCE}
    yield (
        "create_checkpoint",
        {
            "operationId": "restore_env",
            "parameters": _SAME_INSTANCE,
            "requestBody": {"checkpoint_id": _CHECKPOINT_ID},
        },
    )
    yield (
        "create_checkpoint",
        {"operationId": "delete_checkpoint", "parameters": {**_SAME_INSTANCE, "checkpoint_id": _CHECKPOINT_ID}},
    )
