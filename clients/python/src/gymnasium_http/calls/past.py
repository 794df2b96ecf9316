"""The recorded calls of one environment."""

from typing import Any

from gymnasium_http.errors import NotVerified
from gymnasium_http.instance import Instance


async def recording(env: Instance, on: bool = True) -> None:
    """Record every call on the server from now on, or no longer."""
    await env.channel.change("record/", {"on": on})


async def at(env: Instance, revision: int | str) -> dict[str, Any]:
    """What a recorded call returned, made again on the server: `observation`, `info`, `reward` and more.

    `revision` is the one that the call made, or `"R.k"` for call k of those that did.

    Raises:
        NotRecorded: no calls are recorded.
        RevisionNotFound: this one was not.
    """
    found: dict[str, Any] = await env.channel.read(f"at/{revision}/", exactly=True)
    return found


async def verify(env: Instance) -> int:
    """Have the server make every recorded call again and compare; the number of calls.

    Raises:
        NotVerified: one returned something else than was recorded.
        NotRecorded: no calls are recorded.
    """
    calls, body = 0, dict[str, int]()
    while True:
        reply = await env.channel.compute("verify/", body)
        calls += int(reply["calls"])
        if not reply["verified"]:
            raise NotVerified(f"The call that made revision {reply['at']} differs: {reply['reason']}.", 200, reply)
        if reply["next"] is None:
            return calls
        body = {"from": reply["next"]}
