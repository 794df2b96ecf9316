"""10,000 futures of 20 random steps of CartPole, by one process and by a bare loop that is put back by hand.

And what a future takes a client: one of an exploration, and one by a fork that it steps.
"""

import asyncio
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import gymnasium
import numpy as np

from shared.session.calls import operations
from shared.session.calls.call import InstanceCall
from shared.session.explore.exploration import Bounds, Exploration
from shared.session.explore.explorer import Explorer
from shared.session.explore.rules import Rules
from shared.session.session import Session
from shared.session.stored.reference import Reference
from shared.settings import PUBLIC
from shared.snapshot.contract.recipe import Recipe
from shared.storage.memory import MemoryStore
from tests.applications import Api
from tests.servers import KeptOpen, uvicorn

FUTURES, STEPS = 10_000, 20
_RULES = Rules(None, 1.0, None, frozenset({"returns"}), 1 << 30)


class Explored(NamedTuple):
    """CPU seconds of all futures, the medians of rounds in turn."""

    explored: float
    looped: float


class ByClient(NamedTuple):
    """Seconds that a client waits for one future of 20 steps, on this machine; medians of rounds in turn."""

    explored: float
    forked: float


FORKS = 30


def by_client(rounds: int, folder: Path) -> ByClient:
    """Futures of one call that the server walks in one process, and forks that are stepped and closed."""
    sequences = np.random.default_rng(0).integers(0, 2, (FUTURES, STEPS)).tolist()
    ours, forked = [], []
    with (
        uvicorn(
            GYM_HTTP_STORE=f"sqlite:///{folder}/snapshots.db",
            GYM_HTTP_LOG="off",
            GYM_HTTP_EXPLORE_PROCESSES="1",
        ) as server,
        closing(KeptOpen(server)) as client,
    ):
        api = Api(client)
        instance = api.create()
        api.post(f"{instance}/reset/", {"seed": 1})
        for _ in range(rounds):
            began = time.perf_counter()
            told = api.post(f"{instance}/explore/", {"sequences": sequences, "include": ["returns"]}).json[
                "returns"
            ]
            ours.append((time.perf_counter() - began) / FUTURES)
            began = time.perf_counter()
            for actions, expected in zip(sequences[:FORKS], told, strict=False):
                assert _forked_return(api, instance, actions) == expected
            forked.append((time.perf_counter() - began) / FORKS)
    return ByClient(statistics.median(ours), statistics.median(forked))


def _forked_return(api: Api, instance: str, actions: Sequence[int]) -> float:
    [fork] = api.post(f"{instance}/fork/").json["instance_ids"]
    total = 0.0
    for action in actions:
        step = api.post(f"/v1/envs/{fork}/step/", {"action": action}).json
        total += step["reward"]
        if step["terminated"]:
            break
    api.delete(f"/v1/envs/{fork}/")
    return total


def explored(rounds: int) -> Explored:
    """Both, over the same sequences, which start alike where chance has it."""
    sequences = np.random.default_rng(0).integers(0, 2, (FUTURES, STEPS)).tolist()
    return asyncio.run(_rounds(rounds, sequences))


async def _rounds(rounds: int, sequences: Sequence[Sequence[int]]) -> Explored:
    session = Session(MemoryStore(), [b"k" * 32], live_envs=8, idle_ttl_s=3600)
    explorer = Explorer(session, 1, (), Bounds(FUTURES * STEPS, STEPS))
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
