"""10,000 futures of 20 random steps of CartPole, by one process and by a bare loop that is put back by hand."""

import asyncio
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import gymnasium
import numpy as np

from shared.session.calls import operations
from shared.session.calls.call import InstanceCall
from shared.session.explore.explorer import Exploration, Explorer
from shared.session.explore.walk import Rules
from shared.session.session import Session
from shared.session.stored.reference import Reference
from shared.settings import PUBLIC
from shared.snapshot.contract.recipe import Recipe
from shared.storage.memory import MemoryStore

FUTURES, STEPS = 10_000, 20
_RULES = Rules(None, 1.0, None, frozenset({"returns"}), 1 << 30)


class Explored(NamedTuple):
    """CPU seconds of all futures, the medians of rounds in turn."""

    explored: float
    looped: float


def explored(rounds: int) -> Explored:
    """Both, over the same sequences, which start alike where chance has it."""
    sequences = np.random.default_rng(0).integers(0, 2, (FUTURES, STEPS)).tolist()
    return asyncio.run(_rounds(rounds, sequences))


async def _rounds(rounds: int, sequences: Sequence[Sequence[int]]) -> Explored:
    session = Session(MemoryStore(), [b"k" * 32], live_envs=8, idle_ttl_s=3600)
    explorer = Explorer(session, 1, (), FUTURES * STEPS, STEPS)
    header = await session.creation.create(PUBLIC, Recipe("CartPole-v1"), ())
    await session.call(InstanceCall(header.reference, operations.reset(1, None), dict))
    ours, bare = [], []
    for _ in range(rounds):
        began = time.process_time()
        returns = await _explore(explorer, header.reference, sequences)
        ours.append(time.process_time() - began)
        seconds, expected = _timed(lambda: _loop(sequences))
        bare.append(seconds)
        assert returns == expected
    await explorer.close()
    await session.shut_down()
    return Explored(statistics.median(ours), statistics.median(bare))


async def _explore(explorer: Explorer, reference: Reference, sequences: Any) -> list[float]:
    outcome = await explorer.explore(reference, Exploration(sequences, _RULES), dict)
    returns: list[float] = outcome.reply["returns"].tolist()
    return returns


def _timed(function: Callable[[], list[float]]) -> tuple[float, list[float]]:
    began = time.process_time()
    result = function()
    return time.process_time() - began, result


def _loop(sequences: Sequence[Sequence[int]]) -> list[float]:
    env = gymnasium.make("CartPole-v1", disable_env_checker=True)
    env.reset(seed=1)
    base: Any = env.unwrapped
    start, returns = base.state, []
    for actions in sequences:
        base.state, base.steps_beyond_terminated, env._elapsed_steps = start, None, 0  # type: ignore[attr-defined]
        total = 0.0
        for action in actions:
            _, reward, terminated, _, _ = env.step(action)
            total += float(reward)
            if terminated:
                break
        returns.append(total)
    return returns
