"""The resources: what can be made, as a list short enough to read, and each environment in full."""

from typing import Any
from urllib.parse import unquote

from shared.errors import NotFound
from shared.mcp.calls import Caller
from shared.session.catalog import catalog

LIST = "gymnasium://catalog"
ENTRY = "gymnasium://catalog/{env_id}"
"""An environment's id may be written as it is, `ALE/Pong-v5`, or with %2F for its slash."""

_LONGEST_ID = 256


async def read(caller: Caller, uri: str) -> Any:
    """What stands under the address, as JSON.

    Raises:
        NotFound: there is no such resource.
        NotCreatable: there is no such environment, or it cannot be made.
    """
    address = uri.rstrip("/")
    if address == LIST:
        return {"environments": [_brief(entry) for entry in catalog.catalog()]}
    env_id = unquote(address.removeprefix(f"{LIST}/"))
    if not address.startswith(f"{LIST}/") or len(env_id) > _LONGEST_ID:
        raise NotFound(f"There is no resource {uri[:200]}; there are {LIST} and {ENTRY}.")
    modules = caller.service.settings.env_modules
    return await caller.service.session.trials.describe(caller.owner, env_id, modules, caller.gone)


def _brief(entry: dict[str, Any]) -> dict[str, Any]:
    """What tells one environment from another: its id, and the names of its spaces and render modes."""
    brief = {"env_id": entry["env_id"], "render_modes": entry.get("render_modes")}
    for name in ("action_space", "observation_space"):
        space = entry.get(name)
        brief[name] = None if space is None else _named(space)
    return brief


def _named(space: dict[str, Any]) -> str:
    shape = space.get("n") or space.get("nvec") or space.get("shape")
    return space["name"] if shape is None else f"{space['name']}({shape})"
