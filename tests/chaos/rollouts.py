"""`make rollouts`: many agents play over sessions while servers are killed and replies are lost.

Each trajectory has to be that of an environment in process, bit for bit, and each instance written once a call.
"""

import argparse
import asyncio
import contextlib
import secrets
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import gymnasium
import gymnasium_http
import numpy as np
from gymnasium_http import AsyncConnection

from tests.chaos.fleet import Server, keep_running, kill_now_and_then
from tests.chaos.lossy_relay import LossyRelay
from tests.chaos.plan import Plan

ENV_ID = "Acrobot-v1"
"""Its episodes are longer than the rollouts, and it tells rounding errors early: it is chaotic."""

_SERVERS = 2
_PATIENCE_S = 300.0
_TROUBLED = 0.6
"""The share of the steps within which everything goes wrong that is planned."""


class Played(NamedTuple):
    """What a run came to."""

    different: list[int]
    """The rollouts whose trajectories are not those in process."""
    rewritten: list[int]
    """Those whose instances were not written once a call."""
    kills: int
    lost: int
    seconds: float

    @property
    def whole(self) -> bool:
        """Whether nothing was lost and nothing was doubled."""
        return not self.different and not self.rewritten

    def __str__(self) -> str:
        return (
            f"{self.kills} kills and {self.lost} lost replies in {self.seconds:.0f} s: "
            f"{len(self.different)} trajectories differ, {len(self.rewritten)} instances were rewritten"
        )


async def play(directory: Path, rollouts: int, steps: int, kills: int, losses: int, seed: int = 0) -> Played:
    """Play all rollouts at once through the servers of one store, and compare."""
    plan = Plan(calls=int(rollouts * steps * _TROUBLED), kills=kills, faults=losses, seed=seed)
    began = time.monotonic()
    async with _servers(directory, plan) as servers, LossyRelay(servers, plan).running() as url:
        connection = AsyncConnection(url, patience=_PATIENCE_S)
        played = await asyncio.gather(*(_rollout(connection, plan, number, steps) for number in range(rollouts)))
        await connection.close()
    different, rewritten = [], []
    for number, (trajectory, revision) in enumerate(played):
        if trajectory != [_told(each) for each in _in_process(number, steps)]:
            different.append(number)
        if revision != 1 + steps:  # the reset is a call too
            rewritten.append(number)
    return Played(different, rewritten, plan.kills, plan.injected.total(), time.monotonic() - began)


@contextlib.asynccontextmanager
async def _servers(directory: Path, plan: Plan) -> AsyncIterator[list[Server]]:
    environment = {
        "GYM_HTTP_STORE": f"sqlite:///{directory}/snapshots.db",
        "GYM_HTTP_SIGNING_KEYS": secrets.token_hex(16),
        "GYM_HTTP_LOG": "errors",
    }
    servers = [
        Server(number, "functions.local:app", environment, directory / f"server-{number}.log")
        for number in range(_SERVERS)
    ]
    tasks: list[asyncio.Task[None]] = []
    try:
        await asyncio.gather(*(server.start() for server in servers))
        tasks += [asyncio.create_task(keep_running(server)) for server in servers]
        tasks.append(asyncio.create_task(kill_now_and_then(servers, plan)))
        yield servers
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        for server in servers:
            server.kill()
            await server.gone()
    for error in ended:
        if isinstance(error, Exception):
            raise error


async def _rollout(connection: AsyncConnection, plan: Plan, number: int, steps: int) -> tuple[list[bytes], int]:
    """What every call of one agent returned, and at which revision its instance is then."""
    env = await gymnasium_http.make_async(ENV_ID, connection=connection)
    trajectory = [_told(await env.reset(seed=number))]
    for action in _actions(number, steps):
        await plan.turn()
        trajectory.append(_told(await env.step(action)))
        plan.acknowledged += 1
    revision: int = (await env.record())["revision"]
    await env.close()
    return trajectory, revision


def _in_process(number: int, steps: int) -> Iterator[Any]:
    env = gymnasium.make(ENV_ID)
    yield env.reset(seed=number)
    for action in _actions(number, steps):
        yield env.step(action)


def _actions(number: int, steps: int) -> list[int]:
    drawn: list[int] = np.random.default_rng(number).integers(3, size=steps).tolist()
    return drawn


def _told(returned: Any) -> bytes:
    """All bits of what a call returned."""
    observation, *rest = returned
    bits: bytes = observation.tobytes()
    return f"{observation.dtype} {observation.shape} {rest!r} ".encode() + bits


def main() -> None:
    """Play, and exit with status 1 unless all trajectories are those in process."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.rollouts", description=main.__doc__)
    parser.add_argument("--rollouts", type=int, default=256)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--losses", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        played = asyncio.run(
            play(Path(folder), given.rollouts, given.steps, given.kills, given.losses, given.seed)
        )
    print(f"{given.rollouts} rollouts of {given.steps} steps, {played}")
    sys.exit(0 if played.whole else 1)


if __name__ == "__main__":
    main()
