"""The events of `infra/events/`, in an order in which each finds what it needs."""

import json
from typing import Any

from tests.servers import ROOT

_FIRST = ("create_env", "reset_env", "step_env", "checkpoints")
_LAST = ("restore_env", "close_env", "sweep")


def in_order() -> list[tuple[str, dict[str, Any]]]:
    """Pairs of a function's module and its event; `create_env` brings a key from which the others' id follows."""
    folder = ROOT / "infra" / "events"
    events = {path.stem: json.loads(path.read_text()) for path in folder.glob("*.json") if path.stem != "env"}
    between = sorted(set(events) - set(_FIRST) - set(_LAST))
    return [(name, events[name]) for name in (*_FIRST, *between, *_LAST)]


def with_checkpoint(event: dict[str, Any], checkpoint_id: str) -> dict[str, Any]:
    """The event of `restore_env` for a checkpoint that there is."""
    return {**event, "body": json.dumps({"checkpoint_id": checkpoint_id})}
