"""What it takes to record: steps and rollouts of two CartPoles in turn, of which one records, and a bare loop."""

import asyncio
import json
import math
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

import gymnasium
import numpy as np

from shared.session.calls import operations
from shared.session.calls.actions import given
from shared.session.calls.call import InstanceCall
from shared.session.calls.rollout import rollout
from shared.session.history.history import History
from shared.session.session import Session
from shared.session.stored.reference import Reference
from shared.settings import PUBLIC
from shared.snapshot.contract.recipe import Recipe
from shared.storage.sqlite import SQLiteStore
from tests.benchmarks.load import Blocking, Player, request
from tests.servers import uvicorn

STEPS, ROLLED = 170, 2_000
"""Steps of a round, after some of which a log is sealed, and of a rollout."""


class Recorded(NamedTuple):
    """CPU seconds, each the median over rounds in turn."""

    plain_step: float
    recorded_step: float
    served_plain_step: float
    """Of the server's process, over HTTP and one connection."""
    served_recorded_step: float
    plain_rollout: float
    recorded_rollout: float
    looped: float
    """Of as many steps in a bare loop as in a rollout."""
    verified: float
    """Of making a step again and comparing it, in seconds a call."""
    bytes_a_step: float


def recorded(rounds: int) -> Recorded:
    """All of it, on SQLite, in one run."""
    with tempfile.TemporaryDirectory() as folder:
        plain, recording = _served(30 * rounds, Path(folder))  # a server's time varies more
        return asyncio.run(_rounds(10 * rounds, Path(folder)))._replace(
            served_plain_step=plain, served_recorded_step=recording
        )


def _served(rounds: int, folder: Path) -> tuple[float, float]:
    """CPU seconds of a server for the steps of a round: of an instance that records nothing, and one that does."""
    with uvicorn(GYM_HTTP_STORE=f"sqlite:///{folder}/served.db", GYM_HTTP_LOG="errors") as server:
        connection = Blocking(int(server.url.rpartition(":")[2]))
        players = [_player(connection, record) for record in (False, True)]
        spent: list[list[float]] = [[], []]
        for _ in range(rounds):
            for player, seconds in zip(players, spent, strict=True):
                began = _seconds_of(server.process.pid)
                reply, counted = b"", 0
                while counted < STEPS:
                    sent, counts = player(reply)
                    reply, counted = connection.ask(sent), counted + counts
                seconds.append(_seconds_of(server.process.pid) - began)
        connection.close()
    plain, recording = map(statistics.median, spent)
    return plain, recording


def _player(connection: Blocking, record: bool) -> Player:
    body = json.dumps({"env_id": "CartPole-v1", "record": record}).encode()
    made = json.loads(connection.ask(request("/v1/envs/", body)).partition(b"\r\n\r\n")[2])
    path = f"/v1/envs/{made['instance_id']}"
    reset = request(f"{path}/reset/", b"{}")
    connection.ask(reset)
    return Player([request(f"{path}/step/", b'{"action":%d}' % action) for action in (0, 1)], reset)


def _seconds_of(pid: int) -> float:
    """CPU seconds of a process, with a clock finer than that of `os.times`."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(each.read_text().split()[0]) for each in threads) / 1e9


async def _rounds(rounds: int, folder: Path) -> Recorded:
    session = Session(SQLiteStore(folder / "store.db"), [b"k" * 32], live_envs=8, idle_ttl_s=3600)
    plain, recording = [await _begun(session, record) for record in (False, True)]
    env = gymnasium.make("CartPole-v1", disable_env_checker=True)
    spent: dict[str, list[float]] = {}
    for number in range(rounds):
        actions = np.random.default_rng(number).integers(0, 2, ROLLED).tolist()
        for name, work in (
            ("plain_step", lambda: _steps(session, plain)),
            ("recorded_step", lambda: _steps(session, recording)),
            ("plain_rollout", lambda actions=actions: _rolled(session, plain, actions)),
            ("recorded_rollout", lambda actions=actions: _rolled(session, recording, actions)),
            ("looped", lambda actions=actions: _looped(env, actions)),
        ):
            spent.setdefault(name, []).append(await _timed(work))
    history = History(session)
    began = time.process_time()
    _, verified = await history.verify(recording, None, 3600)
    assert verified.difference is None
    each = (time.process_time() - began) / verified.calls
    stored = [entry.size async for entry in session.segments.objects(recording)]
    await history.close()
    await session.shut_down()
    medians = {name: statistics.median(seconds) for name, seconds in spent.items()}
    served = {"served_plain_step": math.nan, "served_recorded_step": math.nan}
    return Recorded(**medians, **served, verified=each, bytes_a_step=sum(stored) / verified.calls)


async def _begun(session: Session, record: bool) -> Reference:
    header = await session.creation.create(PUBLIC, Recipe("CartPole-v1"), (), record=record)
    await session.call(InstanceCall(header.reference, operations.reset(1, None), dict))
    return header.reference


async def _steps(session: Session, reference: Reference) -> None:
    for number in range(STEPS):
        outcome = await session.call(InstanceCall(reference, operations.Step(number % 2), dict))
        if outcome.reply["terminated"] or outcome.reply["truncated"]:
            await session.call(InstanceCall(reference, operations.reset(None, None), dict))


async def _rolled(session: Session, reference: Reference, actions: list[int]) -> None:
    operation = rollout(given(actions, ROLLED), "reset", ["rewards", "terminations"], 1 << 24)
    await session.call(InstanceCall(reference, operation, dict))


async def _looped(env: gymnasium.Env[np.ndarray, np.int64], actions: list[int]) -> None:
    env.reset()
    for action in actions:
        _, _, terminated, truncated, _ = env.step(np.int64(action))
        if terminated or truncated:
            env.reset()


async def _timed(work: Callable[[], Awaitable[None]]) -> float:
    began = time.process_time()
    await work()
    return time.process_time() - began
