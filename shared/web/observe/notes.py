"""What is noted of requests that have been answered: a line of the log each, and the metrics.

Nobody waits for either, so under a server they are left until a few requests have come. That takes them out of
the time of a step, and many in a row take less time than as many one by one.
"""

import asyncio

from shared.web.observe.log import LogWriter
from shared.web.observe.metrics import Metrics
from shared.web.observe.request_log import RequestLog

_PAUSE_S = 0.05


class Notes:
    """Writes the log and counts the metrics of one process."""

    def __init__(self, log: LogWriter, metrics: Metrics) -> None:
        self._log = log
        self._metrics = metrics
        self._gathers = False
        self.answered: list[RequestLog] = []
        """Requests that are yet to be noted. Whoever adds one calls `schedule` unless that is `scheduled`."""
        self.scheduled = False

    def gather(self) -> None:
        """From now on note many at once; for an event loop that goes on until `write` is called last."""
        self._gathers = True

    def schedule(self) -> None:
        """See that what has been answered is noted: soon under a server, else at once."""
        if self._gathers:
            self.scheduled = True
            asyncio.get_running_loop().call_later(_PAUSE_S, self.write)
        else:
            self.write()

    def write(self) -> None:
        """Note all that has been answered."""
        self.scheduled = False
        answered, self.answered = self.answered, []
        for log in answered:
            self._metrics.count(log, log.method, log.endpoint, log.status)
            self._log.note(log, log.method, log.endpoint, log.status)
