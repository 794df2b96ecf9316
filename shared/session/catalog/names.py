"""What the actions of an environment are called, for those who read rather than press keys."""

from collections.abc import Sequence
from typing import Any

from shared.session.catalog.catalog import shipped

_ARROWS = {"ArrowLeft": "LEFT", "ArrowRight": "RIGHT", "ArrowUp": "UP", "ArrowDown": "DOWN"}
_NOTHING = "NOTHING"


def action_names(env_id: str) -> list[str] | None:
    """The names of the actions of a Discrete space, by action; an action without one has its number.

    They are the environment's own, or else follow from its keys: an arrow names its direction, and no key at all
    is NOTHING. None for an environment that is not in the shipped catalogue, that has other actions, or in which
    no action has a name.
    """
    entry = shipped(env_id)
    if entry is None or entry["action_space"]["name"] != "Discrete":
        return None
    if entry["action_meanings"] is not None:
        return list(entry["action_meanings"])
    names = {row["action"]: _name(row) for row in reversed(entry["keys"] or ())}
    named = [names.get(action) or str(action) for action in range(entry["action_space"]["n"])]
    return named if any(names.values()) else None


def _name(row: dict[str, Any]) -> str | None:
    codes: Sequence[Sequence[str]] = row["codes"]
    if row["meaning"] is not None or not codes:
        return row["meaning"] or _NOTHING
    return _ARROWS.get(codes[0][0]) if len(codes) == 1 else None
