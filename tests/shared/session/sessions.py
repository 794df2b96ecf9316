"""Sessions over stores that fail, for tests of what is kept through it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import gymnasium
import pytest

from shared.session.calls import operations
from shared.session.calls.call import InstanceCall
from shared.session.inventory.merge import Swept
from shared.session.inventory.sweep import sweep
from shared.session.session import Session
from shared.session.stored.idempotency import Keyed
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Snapshots
from shared.snapshot.contract.recipe import Recipe
from shared.storage.protocol import Store

KEYS = [b"a key of thirty-two characters.."]


def session(store: Store, **changes: Any) -> Session:
    """One process's session."""
    return Session(store, KEYS, **{"live_envs": 8, "idle_ttl_s": 3600, **changes})


def snapshots(store: Store, **changes: Any) -> Snapshots:
    """One process's snapshots, which are kept for an hour."""
    return Snapshots(store, KEYS, **{"idle_ttl_s": 3600, **changes})


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.get_event_loop().run_until_complete(test())


async def created(at: Session, keyed: Keyed | None = None) -> Reference:
    """A new CartPole, reset with seed 1: revision 1."""
    header = await at.creation.create("public", Recipe("CartPole-v1"), (), keyed)
    await at.call(InstanceCall(header.reference, operations.reset(1, None), lambda reply: reply))
    return header.reference


async def listed(at: Session, owner: str = "public") -> dict[str, str]:
    """The environment ids of the owner's instances by id, as lists show them."""
    return {reference.instance_id: env_id for reference, env_id in (await at.listing.all([owner])).items()}


async def swept(at: Session) -> Swept:
    """What a sweep deletes that no other process is at."""
    found = await sweep(at.snapshots)
    assert found is not None
    return found


async def step(at: Session, reference: Reference) -> list[float]:
    """The observation after one more step to the right."""
    outcome = await at.call(InstanceCall(reference, operations.Step(1), lambda reply: reply))
    return [float(value) for value in outcome.reply["observation"]]


def uninterrupted(steps: int) -> list[list[float]]:
    """The observations of a CartPole that is never interrupted, reset with seed 1 and stepped to the right."""
    env = gymnasium.make("CartPole-v1")
    env.reset(seed=1)
    return [[float(value) for value in env.step(1)[0]] for _ in range(steps)]


def at_once(call: Coroutine[Any, Any, Any]) -> None:
    """Carry out a call that waits for nothing, in the middle of another one."""
    with pytest.raises(StopIteration):
        call.send(None)


def key(name: str, body: bytes = b"") -> Keyed:
    return Keyed.of("public", name, body)


def fail(error: BaseException) -> Callable[[], None]:
    """A fault that raises the error."""

    def fault() -> None:
        raise error

    return fault


def nothing() -> None:
    """A call to the store that succeeds."""


async def turns_beside(work: Awaitable[object]) -> int:
    """How many turns another task had while the work was done."""
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.ensure_future(count())
    await work
    counting.cancel()
    return turns
