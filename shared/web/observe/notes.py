"""What is noted of answered requests: a line of the log each, the metrics, and spans.

Nobody waits for them, so under a server they are left until a few requests have come. That takes them out of
the time of a step, and many in a row take less time than as many one by one.
"""

import asyncio
import time
from typing import TYPE_CHECKING

from shared.web.observe.log import LogWriter
from shared.web.observe.request_log import RequestLog

if TYPE_CHECKING:
    from shared.web.observe.metrics import Metrics
    from shared.web.observe.traces import Traces

_PAUSE_S = 0.05


class Notes:
    """Writes the log of one process, and counts its metrics and makes its spans where it has any."""

    def __init__(self, log: LogWriter, metrics: "Metrics | None", traces: "Traces | None" = None) -> None:
        self._log = log
        self._metrics = metrics
        self._traces = traces
        self._buffers = False
        self.answered: list[RequestLog] = []
        """Requests not noted yet. Whoever adds one calls `schedule`, unless `scheduled` is set."""
        self.scheduled = False

    def start_buffering(self) -> None:
        """Note requests in batches from now on. Call `write` before the event loop ends."""
        self._buffers = True

    def add(self, log: RequestLog) -> None:
        """Have a request noted that has just been answered."""
        log.ended, log.timing.ended = time.time(), time.perf_counter()
        self.answered.append(log)
        if not self.scheduled:
            self.schedule()

    def schedule(self) -> None:
        """Have answered requests noted: soon under a server, else at once."""
        if self._buffers:
            self.scheduled = True
            asyncio.get_running_loop().call_later(_PAUSE_S, self.write)
        else:
            self.write()

    def write(self) -> None:
        """Note all that has been answered."""
        self.scheduled = False
        answered, self.answered = self.answered, []
        if self._metrics is not None:
            self._metrics.count(answered)
        for log in answered:
            if self._traces is not None:
                log.trace = self._traces.record(log)
            self._log.note(log, log.method, log.endpoint, log.status)
