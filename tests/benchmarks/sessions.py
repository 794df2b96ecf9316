"""What a step costs over HTTP and over a session of the same server, which are called by turns."""

import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.contenders import SQLITE, Contender, actions
from tests.benchmarks.growth import processor_s
from tests.benchmarks.load import Connection, Next, Player, Run, drive_at
from tests.functions.test_call_limit import answered
from tests.functions.test_call_limit import workers as processes_of
from tests.servers import supervised

_ENV_ID = "CartPole-v1"
_CONNECTIONS = (1, 64)
_TEXT, _PING, _PONG = 1, 9, 10
_QUIET = {"GYM_HTTP_LOG": "errors", "GYM_HTTP_LIVE_ENVS": "256"}


class Cost(NamedTuple):
    """The medians of a step's processor time of the server and of its latency, in seconds."""

    connections: int
    http: float
    session: float
    http_p50: float
    session_p50: float


class Session(Connection):
    """One session of a player, whose requests are whole frames; the first is the handshake."""

    _open = False

    def _whole_reply(self) -> bytes | None:
        if not self._open:
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if not found:
                return None
            self._open, self._buffer = True, rest
            return head
        size, begin = _size(self._buffer)
        if len(self._buffer) < begin + size:
            return None
        kind = self._buffer[0] & 15
        reply, self._buffer = self._buffer[begin : begin + size], self._buffer[begin + size :]
        if kind != _PING:
            return reply
        self._transport.write(_masked(_PONG, reply))
        return self._whole_reply()

    def _accepted(self, reply: bytes) -> bool:
        return b'"problem":' not in reply and not reply.startswith(b"HTTP/1.1 4")


def sessions(folder: Path, rounds: int, seconds: float) -> list[Cost]:
    """Alternate between HTTP and sessions under the same load."""
    with supervised(GYM_HTTP_STORE=f"sqlite:///{folder}/sessions.db", **_QUIET) as server:
        assert answered(server, "/v1/readyz/")
        contender = Contender(SQLITE, server)
        [process] = processes_of(server)
        return [_cost(contender, process, count, rounds, seconds) for count in _CONNECTIONS]


def _cost(contender: Contender, process: int, connections: int, rounds: int, seconds: float) -> Cost:
    port = contender.port
    http = [(port, contender.player(_ENV_ID, seed)) for seed in range(connections)]
    over_sessions: list[tuple[int, Next]] = [(port, _player(contender, seed)) for seed in range(connections)]
    costs: list[list[float]] = [[], []]
    p50s: list[list[float]] = [[], []]
    for number in range(rounds + 1):
        ways: list[tuple[Sequence[tuple[int, Next]], type[Connection]]] = [
            (http, Connection),
            (over_sessions, Session),
        ]
        for place, (players, connection) in enumerate(ways):
            for _, player in players:
                if isinstance(player, SessionPlayer):
                    player.restart()
            before = processor_s(process)
            run: Run = drive_at(players, seconds, connection)
            if number:  # the first only warms up
                costs[place].append((processor_s(process) - before) / len(run.latencies))
                p50s[place].append(statistics.median(run.latencies))
    return Cost(connections, *map(statistics.median, (*costs, *p50s)))


class SessionPlayer:
    """A player that begins with the handshake."""

    def __init__(self, opening: bytes, player: Next) -> None:
        self._opening = opening
        self._player = player
        self.restart()

    def restart(self) -> None:
        """Begin with the handshake again."""
        self._begun = False

    def __call__(self, reply: bytes) -> tuple[bytes, bool]:
        if not self._begun:
            self._begun = True
            return self._opening, False
        return self._player(reply)


def _player(contender: Contender, seed: int) -> SessionPlayer:
    path = contender.create(_ENV_ID, seed)
    steps = [message("step", json.loads(body)) for body in actions(_ENV_ID, seed)]
    return SessionPlayer(handshake(path), Player(steps, message("reset", {})))


def handshake(path: str) -> bytes:
    """The request by which a session with the instance of this path begins."""
    return (
        f"GET {path}/session/ HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
        "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    ).encode()


def message(call: str, body: dict[str, object]) -> bytes:
    """A message as a frame of a client."""
    return _masked(_TEXT, json.dumps({"id": 1, "call": call, **body}).encode())


def _masked(kind: int, content: bytes) -> bytes:
    """A frame of a client, whose mask of zeros changes nothing."""
    return bytes((0x80 | kind, 0x80 | len(content))) + bytes(4) + content


def _size(frame: bytes) -> tuple[int, int]:
    """How long a server's frame is, and where its content begins; endless, where that is not told yet."""
    if len(frame) < 4:
        return 1 << 62, 2
    short = frame[1] & 127
    return (int.from_bytes(frame[2:4], "big"), 4) if short == 126 else (short, 2)


def rows(costs: Sequence[Cost]) -> list[list[str]]:
    """The rows of the table."""
    return [
        [
            str(each.connections),
            *(f"{seconds * 1e6:,.0f}" for seconds in (each.http, each.session)),
            f"{each.session / each.http:.2f}",
            *(f"{seconds * 1e6:,.0f}" for seconds in (each.http_p50, each.session_p50)),
            f"{each.session_p50 / each.http_p50:.2f}",
        ]
        for each in costs
    ]
