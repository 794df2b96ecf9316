"""Instances that record their calls, for tests of what the log has."""

from typing import Any

from shared.session.calls import operations
from shared.session.calls.actions import given
from shared.session.calls.call import InstanceCall
from shared.session.calls.rollout import rollout
from shared.session.live.environment import Operation
from shared.session.session import Session
from shared.session.stored.header import Log
from shared.session.stored.reference import Reference
from shared.snapshot.contract.recipe import Recipe


async def recorded(at: Session, env_id: str = "CartPole-v1", **recipe: Any) -> Reference:
    """A new instance that records, reset with seed 1: revision 1."""
    header = await at.creation.create("public", Recipe(env_id, **recipe), (), record=True)
    await call(at, header.reference, operations.reset(1, None))
    return header.reference


async def call(at: Session, reference: Reference, operation: Operation) -> Any:
    """What the operation returned."""
    return (await at.call(InstanceCall(reference, operation, lambda reply: reply))).reply


async def steps(at: Session, reference: Reference, count: int, action: Any = 1) -> list[Any]:
    """The replies to so many steps; an episode that ends is followed by a reset."""
    replies = []
    for number in range(count):
        replies.append(await call(at, reference, operations.Step(action if action != 1 else number % 2)))
        if replies[-1]["terminated"] or replies[-1]["truncated"]:
            await call(at, reference, operations.reset(None, None))
    return replies


async def rolled(at: Session, reference: Reference, count: int) -> Any:
    """The reply to a rollout of so many steps over several episodes."""
    actions = [number // 3 % 2 for number in range(count)]
    return await call(at, reference, rollout(given(actions, 10_000), "reset", ["observations"], 1 << 24))


async def log_of(at: Session, reference: Reference) -> Log:
    """The instance's log as it is stored."""
    log = (await at.snapshots.header(reference)).log
    assert log is not None
    return log
