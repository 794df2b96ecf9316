"""Episodes over sessions: what a call gives, beside what an environment that is never interrupted gives."""

from collections.abc import Coroutine
from typing import Any

import gymnasium

from shared.session.calls import operations
from shared.session.calls.call import InstanceCall
from shared.session.calls.outcome import Outcome
from shared.session.live.environment import Operation
from shared.session.session import Session
from shared.session.stored.reference import Reference
from shared.snapshot.contract.recipe import Recipe

STEP = operations.Step(1)


def call(
    at: Session, reference: Reference, operation: Operation, **conditions: Any
) -> Coroutine[Any, Any, Outcome]:
    """Call the instance; its reply is what the operation returned."""
    return at.call(InstanceCall(reference, operation, lambda result: result, **conditions))


async def created(at: Session, recipe: Recipe | None = None, seed: int | None = 5) -> Reference:
    """A new instance, reset with the seed if there is one."""
    header = await at.creation.create("public", recipe or Recipe("CartPole-v1"), ())
    if seed is not None:
        await call(at, header.reference, operations.reset(seed, None))
    return header.reference


async def step(at: Session, reference: Reference) -> list[float]:
    """The observation after action 1."""
    outcome = await call(at, reference, STEP)
    return [float(value) for value in outcome.reply["observation"]]


def uninterrupted(steps: int, seed: int = 5, env_id: str = "CartPole-v1") -> list[list[float]]:
    """What an environment that is never interrupted gives for the same calls."""
    env = gymnasium.make(env_id)
    env.reset(seed=seed)
    return [[float(value) for value in env.step(1)[0]] for _ in range(steps)]
