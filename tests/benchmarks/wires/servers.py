"""The servers that are compared: ours, and OpenEnv's own from its package, which is installed beside this one."""

import itertools
import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.contenders import SQLITE, Contender, actions
from tests.benchmarks.growth import processor_s
from tests.benchmarks.load import Connection, Next, request
from tests.benchmarks.wires.frames import (
    Keyed,
    Message,
    SocketConnection,
    SocketPlayer,
    has_ended,
    openenvs,
    plain,
)
from tests.functions.test_call_limit import answered
from tests.functions.test_call_limit import workers as processes_of
from tests.servers import ROOT, Server, supervised, uvicorn

ENV_ID = "CartPole-v1"
PYTHON = Path(os.environ.get("OPENENV_PYTHON", ROOT / ".venv" / "openenv" / "bin" / "python"))
"""Where OpenEnv is installed, by `make openenv`."""

OPENENV = "OpenEnv's server, which keeps nothing"
FACE = "ours, OpenEnv's face"
SESSION = "ours, a session"
KEYED = "ours, a session with keys"
HTTP = "ours, HTTP"
KEYED_HTTP = "ours, HTTP with keys"
WIRES = (OPENENV, FACE, SESSION, KEYED, HTTP, KEYED_HTTP)

# As for the other contenders: the lines would go to the process that makes the load.
_QUIET = {"GYM_HTTP_LOG": "errors", "GYM_HTTP_LIVE_ENVS": "1024"}


class Served(NamedTuple):
    """A running server, and the process whose time counts."""

    server: Server
    process: int

    def processor_s(self) -> float:
        """Processor time that it has taken so far."""
        return processor_s(self.process)


@dataclass(frozen=True)
class Wire:
    """One way to step, with its players and the server that answers them."""

    name: str
    served: Served
    connection: type[Connection]
    players: list[tuple[int, Next]]

    def restart(self) -> None:
        """Let all players open their connections again."""
        for _, player in self.players:
            if isinstance(player, SocketPlayer):
                player.restart()


@contextmanager
def serving(folder: Path) -> Iterator[tuple[Served, Served]]:
    """OpenEnv's server and ours, until the block ends."""
    if not PYTHON.exists():
        sys.exit(f"OpenEnv is not installed in {PYTHON.parents[1]}; run `make openenv`, or set OPENENV_PYTHON.")
    with ExitStack() as stack:
        theirs = stack.enter_context(uvicorn("tests.benchmarks.wires.openenv_server:app", python=PYTHON))
        store = f"sqlite:///{folder}/wires.db"
        ours = stack.enter_context(supervised(GYM_HTTP_STORE=store, **_QUIET))
        assert answered(ours, "/v1/readyz/")
        [process] = processes_of(ours)
        yield Served(theirs, theirs.process.pid), Served(ours, process)


def wires(theirs: Served, ours: Served, connections: int) -> list[Wire]:
    """Every way to step, with so many players."""
    players = [_sent(theirs, "/ws", openenvs, seed) for seed in range(connections)]
    made = [Wire(OPENENV, theirs, SocketConnection, players)]
    for name in WIRES[1:]:
        players = [_ours(name, ours, seed) for seed in range(connections)]
        made.append(Wire(name, ours, Connection if name in (HTTP, KEYED_HTTP) else SocketConnection, players))
    return made


def _ours(name: str, served: Served, seed: int) -> tuple[int, Next]:
    contender = Contender(SQLITE, served.server)
    if name == HTTP:
        return contender.port, contender.player(ENV_ID, seed)
    path = contender.create(ENV_ID, seed)
    if name == KEYED_HTTP:
        return contender.port, _keyed_requests(path, seed)
    if name == FACE:
        return _sent(served, f"/openenv/instances/{path.rpartition('/')[2]}/ws", openenvs, seed)
    return _sent(served, f"{path}/session/", Keyed(path) if name == KEYED else plain, seed)


def _sent(served: Served, path: str, made: Message, seed: int) -> tuple[int, Next]:
    bodies = itertools.cycle([json.loads(body) for body in actions(ENV_ID, seed)])
    player = SocketPlayer(path, lambda _: (made("step", next(bodies)), True), lambda: made("reset", {}))
    return Contender(served.server.url, served.server).port, player


def _keyed_requests(path: str, seed: int) -> Next:
    """Steps over HTTP as the Python client sends them: each with a key of its own."""
    bodies, numbers = itertools.cycle(actions(ENV_ID, seed)), itertools.count()

    def play(reply: bytes) -> tuple[bytes, bool]:
        ended = has_ended(reply)
        call, body = ("reset", b"{}") if ended else ("step", next(bodies))
        return request(f"{path}/{call}/", body, idempotency_key=f"{path}-{next(numbers)}"), not ended

    return play
