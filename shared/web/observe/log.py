"""The request log: one line of JSON per request on standard error, without bodies, queries or secrets.

It takes 5 µs a request. uvicorn's access log takes 50 and says less, so `make run` turns that off.
"""

import asyncio
import os
import select
import sys
from datetime import UTC, datetime
from typing import Literal

import msgspec

from shared.web.observe.embedded_metrics import EmbeddedMetrics, embedded_metrics
from shared.web.observe.request_log import RequestLog

Level = Literal["calls", "errors", "off"]

_STDERR = 2
_FLUSH_S = 0.1
_ERROR = 400


class _Line(msgspec.Struct, omit_defaults=True):
    time: datetime
    request: str
    method: str
    endpoint: str
    status: int
    total_ms: float
    trace: str | None = None
    problem: str | None = None
    instance: str | None = None
    owner: str | None = None
    revision: int | None = None
    load_ms: float | None = None
    env_ms: float | None = None
    save_ms: float | None = None
    replay_ms: float | None = None
    retries: int = 0
    metrics: EmbeddedMetrics | None = msgspec.field(default=None, name="_aws")
    problems: int | None = None
    """1 where there was one: the value of a metric, which has to be a number."""


class _Dropped(msgspec.Struct):
    time: datetime
    dropped: int


class LogWriter:
    """Writes the lines of one process, for the requests that `level` selects.

    With a `metrics_namespace`, each line is also a message of CloudWatch's embedded metric format, from which
    CloudWatch takes the milliseconds of each endpoint and the number of each problem.
    """

    def __init__(self, level: Level, metrics_namespace: str = "") -> None:
        self._metrics_namespace = metrics_namespace
        self._least_status = {"calls": 0, "errors": _ERROR, "off": sys.maxsize}[level]
        self._encoder = msgspec.json.Encoder()
        self._lines: list[bytes] = []
        self._buffering = False
        self._dropped = 0

    def start_buffering(self) -> None:
        """Write lines ten times a second from now on. Needs an event loop that runs until the last `flush`."""
        self._buffering = True

    def note(self, log: RequestLog, method: str, endpoint: str, status: int) -> None:
        """Write the line of an answered request."""
        if status < self._least_status:
            return
        timing = log.timing
        line = _Line(
            datetime.fromtimestamp(log.ended, UTC),
            log.request_id,
            method,
            endpoint,
            status,
            _milliseconds(timing.elapsed()),
            log.trace,
            log.problem,
            log.instance_id,
            log.owner,
            log.revision,
        )
        if timing.calls:
            line.load_ms, line.env_ms, line.save_ms = map(_milliseconds, (timing.load, timing.env, timing.save))
        if timing.replay:
            line.replay_ms = _milliseconds(timing.replay)
            line.retries = timing.retries
        if self._metrics_namespace:
            line.metrics = embedded_metrics(self._metrics_namespace, log.ended, log.problem is not None)
            line.problems = None if log.problem is None else 1
        self._lines.append(self._encoder.encode(line))
        if not self._buffering:
            self.flush()
        elif len(self._lines) == 1:
            asyncio.get_running_loop().call_later(_FLUSH_S, self.flush)

    def flush(self) -> None:
        """Write the buffered lines.

        A reader that stops reading must not stop the service. While its pipe is full, lines are dropped; their
        number is logged when it reads again.
        """
        lines, self._lines = self._lines, []
        if self._dropped:
            if not _write([self._encoder.encode(_Dropped(datetime.now(UTC), self._dropped))]):
                self._dropped += len(lines)
                return
            self._dropped = 0
        self._dropped += len(lines) - _write(lines)


def _write(lines: list[bytes]) -> int:
    """Write as many of the lines as can be written without blocking, and return their number."""
    written = 0
    while written < len(lines):
        # A ready pipe takes PIPE_BUF bytes without blocking (POSIX, write).
        chunk, count = lines[written] + b"\n", 1
        while written + count < len(lines) and len(chunk) + len(lines[written + count]) < select.PIPE_BUF:
            chunk += lines[written + count] + b"\n"
            count += 1
        if not select.select([], [_STDERR], [], 0)[1]:
            break
        os.write(_STDERR, chunk)
        written += count
    return written


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1e3, 3)
