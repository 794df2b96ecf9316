"""The contenders: servers that all stay up while rounds alternate between them, and Python without a server."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ale_py
import gymnasium
import numpy as np

from infra.s3.seaweedfs import seaweedfs
from tests.benchmarks.load import Player, request
from tests.servers import Server, uvicorn

gymnasium.register_envs(ale_py)

ECHO = "bare ASGI echo"
IN_MEMORY = "in memory: FastAPI and a dict"
LEAST = "the least: step, capture and put"
MEMORY = "ours, memory:"
SQLITE = "ours, SQLite"
S3 = "ours, S3 (SeaweedFS)"
IN_PROCESS = "Python loop, no server"

OURS = (MEMORY, SQLITE, S3)
# The lines would go to the process that makes the load, which would then measure itself; they take 8 us a step.
_QUIET = {"GYM_HTTP_LOG": "errors"}
_PREPARED = 64


@dataclass(frozen=True)
class Contender:
    """A running server that answers steps."""

    name: str
    server: Server

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server.url.rpartition(":")[2])

    def create(self, env_id: str, seed: int = 0) -> str:
        """The path of a new instance whose first episode has begun."""
        if self.name == ECHO:
            return "/v1/envs/5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11"
        created = self.post("/v1/envs/", {"env_id": env_id})
        path = f"/v1/envs/{created['instance_id']}"
        self.post(f"{path}/reset/", {"seed": seed})
        return path

    def player(self, env_id: str, seed: int) -> Player:
        """A player with an instance of its own and always the same actions."""
        path = self.create(env_id, seed)
        steps = [request(f"{path}/step/", body) for body in actions(env_id, seed)]
        return Player(steps, request(f"{path}/reset/", b"{}"))

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """A request outside the measurement."""
        asked = urllib.request.Request(
            self.server.url + path, json.dumps(body).encode(), {"content-type": "application/json"}
        )
        with urllib.request.urlopen(asked, timeout=120) as answer:
            return json.load(answer)


def actions(env_id: str, seed: int) -> list[bytes]:
    """Bodies of steps with random members of the environment's action space."""
    return [json.dumps({"action": as_json(action)}).encode() for action in members(env_id, seed, _PREPARED)]


def members(env_id: str, seed: int, count: int) -> list[Any]:
    """Random members of the environment's action space."""
    space = gymnasium.make(env_id).action_space
    space.seed(seed)
    return [space.sample() for _ in range(count)]


def as_json(action: Any) -> Any:
    """The action as a client sends it."""
    return action.tolist() if isinstance(action, (np.ndarray, np.generic)) else action


@contextmanager
def serving(folder: Path, *, s3: bool) -> Iterator[list[Contender]]:
    """Start every server, each in its own process, over stores in the folder."""
    with ExitStack() as stack:

        def started(name: str, app: str = "functions.local:app", **environment: str) -> Contender:
            return Contender(name, stack.enter_context(uvicorn(app, **environment)))

        contenders = [
            started(ECHO, "tests.benchmarks.echo:app"),
            started(IN_MEMORY, "tests.benchmarks.in_memory:app"),
            started(LEAST, "tests.benchmarks.least:app", GYM_HTTP_STORE=f"sqlite:///{folder}/least.db"),
            started(MEMORY, GYM_HTTP_STORE="memory:", **_QUIET),
            started(SQLITE, GYM_HTTP_STORE=f"sqlite:///{folder}/bench.db", **_QUIET),
        ]
        if s3:
            store = stack.enter_context(seaweedfs(folder / "s3"))
            bucket = store.create_bucket("bench")
            contenders.append(
                started(
                    S3,
                    GYM_HTTP_STORE=f"s3://{bucket}/bench",
                    GYM_HTTP_SIGNING_KEYS="a key for benchmarks alone",
                    **store.environment,
                    **_QUIET,
                )
            )
        yield contenders
