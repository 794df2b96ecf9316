"""What `schema` tells of an environment: JSON Schema of its actions and observations, with the spaces in full.

OpenEnv's wire has no spaces and no `truncated`: an action is `{"action": ...}`, and an observation
`{"observation": ..., "terminated": ..., "truncated": ..., "info": ...}`.
"""

from typing import Any

_FLAG = {"type": "boolean"}
STATE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "episode_id": {"type": ["string", "null"], "description": "The client's own, or INSTANCE.EPISODE."},
        "step_count": {"type": "integer", "minimum": 0, "description": "Steps of this episode."},
        "instance_id": {"type": ["string", "null"], "description": "By which the instance can be continued."},
        "env_id": {"type": "string"},
        "episode": {"type": "integer", "minimum": 0},
        "episode_return": {"type": ["number", "null"]},
        "revision": {"type": "integer", "minimum": 0},
    },
    "required": ["episode_id", "step_count"],
}
"""JSON Schema of what `state` tells."""


def action_schema(space: dict[str, Any]) -> dict[str, Any]:
    """JSON Schema of an action, given the description of its space."""
    return {
        "type": "object",
        "properties": {
            "action": member_schema(space),
            "metadata": {"type": "object", "description": "With a `key`, the call can be repeated."},
        },
        "required": ["action"],
        "space": space,
    }


def observation_schema(space: dict[str, Any]) -> dict[str, Any]:
    """JSON Schema of an observation, given the description of its space."""
    parts = {
        "observation": member_schema(space),
        "terminated": _FLAG,
        "truncated": _FLAG,
        "info": {"type": "object"},
    }
    return {"type": "object", "properties": parts, "required": [*parts], "space": space}


def member_schema(space: dict[str, Any]) -> dict[str, Any]:
    """JSON Schema of a space's members as JSON; it takes anything where JSON Schema cannot tell."""
    match space["name"]:
        case "Discrete":
            start = space.get("start", 0)
            return {"type": "integer", "minimum": start, "maximum": start + space["n"] - 1}
        case "Box":
            number = {"type": ["number", "string"]} if "float" in space["dtype"] else {"type": "integer"}
            return _array(number, space["shape"])
        case "MultiDiscrete":
            return _array({"type": "integer"}, space["shape"])
        case "MultiBinary":
            return _array({"type": "integer", "minimum": 0, "maximum": 1}, space["shape"])
        case "Text":
            return {"type": "string", "minLength": space["min_length"], "maxLength": space["max_length"]}
        case "Tuple":
            parts = [member_schema(part) for part in space["spaces"]]
            return {"type": "array", "prefixItems": parts, "minItems": len(parts), "maxItems": len(parts)}
        case _:
            return {}


def _array(item: dict[str, Any], shape: list[int]) -> dict[str, Any]:
    """Nested arrays of the shape. Non-finite floats are words."""
    for length in reversed(shape):
        item = {"type": "array", "items": item, "minItems": length, "maxItems": length}
    return item
