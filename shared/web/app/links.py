"""OpenAPI links: which call the reply to another one leads to, and with which of its values.

Readers see how calls follow each other, and programs that try out the document follow them. Everything is
found by the operations' paths and names, so that a new endpoint of an instance is linked like the others.
"""

from collections.abc import Iterator
from typing import Any

_API = "/v1/"
_INSTANCE = "{instance_id}"
_SAME = {"instance_id": "$request.path.instance_id"}
_ONWARD = ("step_env", "reset_env", "render_env", "close_env")
"""Where an episode goes on from a reset or a step."""
_CHECKPOINT = "$response.body#/checkpoint_id"


def add_links(paths: dict[str, Any]) -> None:
    """Enter the links into the 200 replies of the document's operations, in place."""
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
    """Pairs of an operation's name and a link from it."""
    for name in of_an_instance:
        yield "create_env", {"operationId": name, "parameters": {"instance_id": "$response.body#/instance_id"}}
        yield "fork_env", {"operationId": name, "parameters": {"instance_id": "$response.body#/instance_ids/0"}}
    for before in ("reset_env", "step_env"):
        for name in _ONWARD:
            yield before, {"operationId": name, "parameters": _SAME}
    yield (
        "create_checkpoint",
        {"operationId": "restore_env", "parameters": _SAME, "requestBody": {"checkpoint_id": _CHECKPOINT}},
    )
    yield (
        "create_checkpoint",
        {"operationId": "delete_checkpoint", "parameters": {**_SAME, "checkpoint_id": _CHECKPOINT}},
    )
