"""The cost of an exact snapshot by mechanism: capture, restore, bytes and store calls."""

import statistics
import time
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from shared.session.calls import operations
from shared.session.calls.call import InstanceCall
from shared.session.session import Session
from shared.session.stored.reference import Reference
from shared.settings import PUBLIC
from shared.snapshot.contract.calls import Reset, Step
from shared.snapshot.contract.mechanism import Subject
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.make import make
from shared.snapshot.making.vector import adopt
from shared.snapshot.registry import mechanism_for
from shared.storage.counted import CountedStore
from shared.storage.memory import MemoryStore
from tests.benchmarks.contenders import SQLITE, Contender
from tests.servers import uvicorn

ENVIRONMENTS = (
    "CartPole-v1",
    "FrozenLake-v1",
    "HalfCheetah-v5",
    "Humanoid-v5",
    "ALE/Pong-v5",
    "LunarLander-v3",
    "BipedalWalker-v3",
    "CarRacing-v3",
)
FORKS = 1000


class Captured(NamedTuple):
    """Medians over the steps of an episode in seconds, and the bytes of the last snapshot's body."""

    env_id: str
    mechanism: str
    capture: float
    step: float
    bytes: int


def capture(env_id: str, steps: int = 500) -> Captured:
    """Capture after each of so many steps, in this process."""
    mechanism, subject = _subject(env_id)
    captures, stepping, body = [], [], b""
    for action in _actions(subject, steps):
        began = time.perf_counter()
        _, _, terminated, truncated, _ = subject.apply(Step(action))
        stepped = time.perf_counter()
        body = subject.capture()
        captures.append(time.perf_counter() - stepped)
        stepping.append(stepped - began)
        if terminated or truncated:
            subject.apply(Reset())
    subject.close()
    return Captured(env_id, mechanism, statistics.median(captures), statistics.median(stepping), len(body))


def restore(env_id: str, steps: int, times: int = 5) -> float:
    """The median seconds to restore the state after so many steps of one episode into a new environment."""
    _, subject = _subject(env_id)
    for action in _actions(subject, steps):
        subject.apply(Step(action))
    body = subject.capture()
    subject.close()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        _, other = _made(env_id)
        other.restore(body)
        taken.append(time.perf_counter() - began)
        other.close()
    return statistics.median(taken)


def fork(folder: Path, times: int = 5) -> float:
    """The median seconds of one call that forks a CartPole 1,000 times on SQLite."""
    taken = []
    with uvicorn(GYM_HTTP_STORE=f"sqlite:///{folder}/forks.db") as server:
        contender = Contender(SQLITE, server)
        path = contender.create("CartPole-v1")
        for _ in range(times):
            began = time.perf_counter()
            contender.post(f"{path}/fork/", {"count": FORKS})
            taken.append(time.perf_counter() - began)
    return statistics.median(taken)


class Asked(NamedTuple):
    """The calls of a step to a distant store, and the bytes it wrote."""

    call: str
    gets: float
    puts: float
    bytes: float


async def asked(steps: int = 100) -> list[Asked]:
    """Warm and cold steps of CartPole."""
    store = _Weighed()
    found = []
    reference: Reference | None = None
    for call in ("warm step", "cold step"):
        session = _session(store)
        if reference is None:
            reference = (await session.creation.create(PUBLIC, Recipe("CartPole-v1"), ())).reference
            await session.call(InstanceCall(reference, operations.reset(1, None), _unchanged))
        before, written = store.calls.copy(), store.written
        for number in range(steps):
            if call == "cold step":
                session = _session(store)
            await session.call(InstanceCall(reference, operations.Step(number % 2), _unchanged))
        made = store.calls - before
        gets = sum(count for (operation, _), count in made.items() if operation == "get")
        puts = sum(count for (operation, _), count in made.items() if operation == "put")
        found.append(Asked(call, gets / steps, puts / steps, (store.written - written) / steps))
    return found


class _Weighed(CountedStore):
    def __init__(self) -> None:
        super().__init__(MemoryStore())
        self.capabilities = msgspec.structs.replace(self.capabilities, remote=True)
        self.written = 0

    async def put(self, key: str, body: bytes, expect: Any = None) -> Any:
        self.written += len(body)
        return await super().put(key, body, expect)


def _session(store: CountedStore) -> Session:
    return Session(store, [b"a key for benchmarks alone......"], live_envs=8, idle_ttl_s=3600)


def _unchanged(reply: Any) -> Any:
    return reply


def _made(env_id: str) -> tuple[str, Subject]:
    recipe = Recipe(env_id, max_episode_steps=1_000_000, seed=0)
    env = make(recipe)
    mechanism = mechanism_for(env)
    return mechanism.name, adopt(mechanism, env, recipe)


def _subject(env_id: str) -> tuple[str, Subject]:
    mechanism, subject = _made(env_id)
    subject.apply(Reset(seed=0))
    return mechanism, subject


def _actions(subject: Subject, count: int) -> list[Any]:
    subject.env.action_space.seed(0)
    return [subject.env.action_space.sample() for _ in range(count)]
