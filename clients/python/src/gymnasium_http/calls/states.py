"""Forks, checkpoints and snapshot files of one environment, and its end."""

from contextlib import suppress
from copy import deepcopy
from typing import Any

import numpy as np

from gymnasium_http.errors import InstanceNotFound
from gymnasium_http.instance import Instance, InstanceT
from gymnasium_http.transport import exact
from gymnasium_http.transport.replies import SNAPSHOT_TYPE


async def fork(
    env: InstanceT, count: int = 1, *, reseed: int | None = None, revision: int | str | None = None
) -> list[InstanceT]:
    """Create copies that continue from the current state exactly as this environment would.

    Args:
        env: This environment.
        count: The number of copies.
        reseed: Seeds the generators of copy i, and of its spaces here, from
            `numpy.random.SeedSequence(reseed, spawn_key=(i,))`.
        revision: A recorded revision to continue from, or `"R.k"` for call k of those that made it.
    """
    body = {"count": count, "reseed": exact.seed(reseed)}
    reply = await env.channel.change("fork/", body if revision is None else {**body, "revision": revision})
    forks = []
    for number, instance_id in enumerate(reply["instance_ids"]):
        fork = await like(env, instance_id, now=revision is None)
        if reseed is not None:
            spaces = fork.interface.spaces.values()
            seeds = np.random.SeedSequence(reseed, spawn_key=(number,)).generate_state(len(spaces))
            for space, seed in zip(spaces, seeds, strict=True):
                space.seed(int(seed))
        forks.append(fork)
    return forks


async def checkpoint(env: Instance, name: str = "") -> str:
    """Save the current state and return the checkpoint's id. It is kept as long as the environment."""
    checkpoint_id: str = (await env.channel.change("checkpoints/", {"name": name}))["checkpoint_id"]
    return checkpoint_id


async def checkpoints(env: Instance) -> list[dict[str, Any]]:
    """The checkpoints, oldest first, each with `checkpoint_id`, `name`, `created`, `steps` and more."""
    found: list[dict[str, Any]] = (await env.channel.read("checkpoints/"))["checkpoints"]
    return found


async def restore(env: Instance, checkpoint_id: str | None = None, *, revision: int | str | None = None) -> None:
    """Restore a checkpoint, which stays, or go back to a recorded revision, or call `"R.k"` of it.

    Raises:
        CheckpointNotFound: there is none with this id.
        RevisionNotFound: the revision was not recorded.
    """
    await env.channel.change("restore/", named_state(checkpoint_id, revision))
    if env.interface.changing:
        env.follow(await env.channel.read("interface/", exactly=True))


async def delete_checkpoint(env: Instance, checkpoint_id: str) -> None:
    """Delete a checkpoint.

    Raises:
        CheckpointNotFound: there is none with this id.
    """
    await env.channel.change(f"checkpoints/{checkpoint_id}/", method="DELETE")


async def snapshot(env: Instance, checkpoint_id: str | None = None, *, revision: int | str | None = None) -> bytes:
    """The current state as a signed file, of which `from_snapshot` makes an environment.

    Or that of a checkpoint, of a recorded revision, or of call `"R.k"` of it.

    Raises:
        CheckpointNotFound: there is no checkpoint with this id.
        RevisionNotFound: the revision was not recorded.
    """
    return await env.channel.download("snapshot/", named_state(checkpoint_id, revision), SNAPSHOT_TYPE)


async def record(env: Instance) -> dict[str, Any]:
    """The environment's record: `steps`, `episode`, `episode_return`, `ended`, `revision`, times and more."""
    found: dict[str, Any] = await env.channel.read("")
    return found


async def close(env: Instance) -> None:
    """Delete the environment on the server. Closing again does nothing."""
    if env.closed:
        return
    # It may have expired, or an earlier close may have lost its reply. Either way it is gone.
    with suppress(InstanceNotFound):
        await env.channel.change("", method="DELETE")
    await detach(env)


async def detach(env: Instance) -> str:
    """Close this object but leave the environment on the server; return its id, to be attached to."""
    env.closed = True
    env.channel.close()
    env.connection.users.discard(env)
    if not env.connection.users:
        await env.connection.shut()
    return env.instance_id


async def like(env: InstanceT, instance_id: str, *, now: bool) -> InstanceT:
    """Another of this kind: in the state of now, or in one that may have other spaces."""
    other = type(env)(env.connection, instance_id, deepcopy(env.interface))
    if env.interface.changing and not now:
        other.follow(await other.channel.read("interface/", exactly=True))
    return other


def named_state(checkpoint_id: str | None, revision: int | str | None) -> dict[str, Any]:
    """What names a state to the server: a checkpoint or a revision. Nothing does for the current one."""
    named = {"checkpoint_id": checkpoint_id, "revision": revision}
    return {name: value for name, value in named.items() if value is not None}
