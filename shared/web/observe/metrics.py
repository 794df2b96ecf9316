"""What a server process has done, as Prometheus metrics.

Requests are counted many at once, after their replies: a dozen locked counters would lengthen a step by some 3 µs
and 30 Python calls. The metrics are prometheus_client's own, which its multiprocess mode sums over a server's
workers; that mode ignores custom collectors, so there are none.

Only a server imports this module. A Lambda function is one of many, and prometheus_client takes 70 ms to import.
"""

import asyncio
import time
from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import choose_encoder

from shared import variables
from shared.session.session import Session
from shared.storage.counted import CountedStore
from shared.web.observe.request_log import RequestLog
from shared.web.observe.shared_counts import SharedCounts

BUCKETS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the histogram's buckets, in seconds."""

_SETTLED_EVERY_S = 1.0
"""What no request counts, such as a sweep, is known to the other workers after so long."""


class Metrics:
    """The metrics of one process since it started, in a registry of their own; of several workers, their sums."""

    def __init__(self, session: Session, store: CountedStore) -> None:
        # Process-wide, as the library has it: the classic text format would show creation times as gauges.
        prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]
        self._session = session
        self._store = store
        self._settled_calls: Tally[tuple[str, str]] = Tally()
        self._settled_seconds: dict[str, float] = {}
        folder = variables.counts_folder()
        self._shared = None if folder is None else SharedCounts(Path(folder))
        self.registry = CollectorRegistry()
        self._requests = self._counter("requests_total", "Requests answered.", "method", "endpoint", "status")
        self._durations = Histogram(
            "gym_http_request_duration_seconds",
            "Time to answer a request.",
            ("method", "endpoint"),
            buckets=BUCKETS_S,
            registry=self.registry,
        )
        self._problems = self._counter("problems_total", "Error replies, by type of problem.", "problem")
        self._phases = self._counter(
            "phase_seconds_total", "Time spent loading, in environments and saving.", "phase"
        )
        self._retries = self._counter("retries_total", "Calls tried again after a conflict or a failed write.")
        self._store_calls = self._counter(
            "store_calls_total", "Calls to the store, by outcome.", "operation", "outcome"
        )
        self._store_seconds = self._counter("store_seconds_total", "Time spent in the store.", "operation")
        self._live_environments = Gauge(
            "gym_http_live_environments",
            "Environments that are live now.",
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        Gauge(
            "gym_http_start_time_seconds",
            "Unix time at which the process started, of several workers the newest.",
            registry=self.registry,
            multiprocess_mode="livemax",
        ).set(time.time())
        Gauge(
            "gym_http_workers",
            "Processes that serve.",
            registry=self.registry,
            multiprocess_mode="livesum",
        ).set(1)

    def count(self, answered: Iterable[RequestLog]) -> None:
        """Count answered requests."""
        requests: Tally[tuple[str, str, int]] = Tally()
        durations: dict[tuple[str, str], list[float]] = defaultdict(list)
        phases = {"load": 0.0, "env": 0.0, "save": 0.0}
        retries = 0
        for log in answered:
            timing = log.timing
            requests[log.method, log.endpoint, log.status] += 1
            durations[log.method, log.endpoint].append(timing.elapsed())
            if log.problem is not None:
                self._problems.labels(log.problem).inc()
            phases["load"] += timing.load
            phases["env"] += timing.env
            phases["save"] += timing.save
            retries += timing.retries
        for labels, count in requests.items():
            self._requests.labels(*labels).inc(count)
        for route, spent in durations.items():
            observe = self._durations.labels(*route).observe
            for seconds in spent:
                observe(seconds)
        for phase, seconds in phases.items():
            self._phases.labels(phase).inc(seconds)
        self._retries.inc(retries)
        if self._shared is not None:
            self.settle()

    async def keep_settled(self) -> None:
        """Where there are several workers, let the others know soon what no request counts."""
        while self._shared is not None:
            await asyncio.sleep(_SETTLED_EVERY_S)
            self.settle()

    def settle(self) -> None:
        """Bring the metrics of the store and of live environments up to date."""
        self._settle_store()
        self._live_environments.set(self._session.live_envs)

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """The metrics in the text format that the `Accept` header prefers, and its media type."""
        self.settle()
        encode, media_type = choose_encoder(accept)
        return encode(self.registry if self._shared is None else self._shared.registry()), media_type

    def _settle_store(self) -> None:
        # Copied at once, so that what is counted and what is kept as settled agree.
        calls, seconds = Tally(self._store.calls), dict(self._store.seconds)
        for labels, count in (calls - self._settled_calls).items():
            self._store_calls.labels(*labels).inc(count)
        for operation, spent in seconds.items():
            self._store_seconds.labels(operation).inc(spent - self._settled_seconds.get(operation, 0.0))
        self._settled_calls, self._settled_seconds = calls, seconds

    def _counter(self, name: str, documentation: str, *labels: str) -> Counter:
        return Counter(f"gym_http_{name}", documentation, labels, registry=self.registry)
