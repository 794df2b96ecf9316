"""What a process has done, counted, in Prometheus' text format 0.0.4.

Written by hand: the format is a line a number, and what counts is a handful of additions a request, where
prometheus_client takes a lock and a label lookup for each.
"""

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate

from shared.session.session import Session
from shared.storage.counted import CountedStore
from shared.web.observe.request_log import RequestLog

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the durations that are counted together."""

Labels = dict[str, object]


class _Histogram:
    def __init__(self) -> None:
        self.counts = [0] * (len(BUCKETS_S) + 1)
        self.sum = 0.0


class Metrics:
    """The counts of one process since it started."""

    def __init__(self) -> None:
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._durations: dict[tuple[str, str], _Histogram] = {}
        self._problems: Counter[str] = Counter()
        self._phases = {"load": 0.0, "env": 0.0, "save": 0.0}
        self._retries = 0
        self._started = time.time()

    def count(self, log: RequestLog, method: str, endpoint: str, status: int) -> None:
        """Count a request that has been answered."""
        timing = log.timing
        self._requests[method, endpoint, status] += 1
        durations = self._durations.get((method, endpoint))
        if durations is None:
            durations = self._durations[method, endpoint] = _Histogram()
        seconds = timing.elapsed()
        durations.counts[bisect_left(BUCKETS_S, seconds)] += 1
        durations.sum += seconds
        if log.problem is not None:
            self._problems[log.problem] += 1
        if timing.calls:
            phases = self._phases
            phases["load"] += timing.load
            phases["env"] += timing.env
            phases["save"] += timing.save
            self._retries += timing.retries

    def text(self, session: Session, store: CountedStore) -> str:
        """All counts as Prometheus reads them."""
        families = (
            _family("requests_total", "counter", "Requests answered.", self._request_samples()),
            _family("request_duration_seconds", "histogram", "Time to answer.", self._duration_samples()),
            _family("problems_total", "counter", "Errors told, by kind.", _by("problem", self._problems)),
            _family(
                "phase_seconds_total",
                "counter",
                "Time spent loading, in environments and saving.",
                _by("phase", self._phases),
            ),
            _family("retries_total", "counter", "Calls tried again after a conflict.", [("", {}, self._retries)]),
            _family(
                "live_environments", "gauge", "Environments that are live now.", [("", {}, session.live_envs)]
            ),
            _family("store_calls_total", "counter", "Calls to the store, by outcome.", _store_samples(store)),
            _family("store_seconds_total", "counter", "Time in the store.", _by("operation", store.seconds)),
            _family("start_time_seconds", "gauge", "When the process began.", [("", {}, self._started)]),
        )
        return "".join(line + "\n" for family in families for line in family)

    def _request_samples(self) -> "Iterator[Sample]":
        for (method, endpoint, status), count in sorted(self._requests.items()):
            yield "", {"method": method, "endpoint": endpoint, "status": status}, count

    def _duration_samples(self) -> "Iterator[Sample]":
        for (method, endpoint), histogram in sorted(self._durations.items()):
            labels: Labels = {"method": method, "endpoint": endpoint}
            totals = list(accumulate(histogram.counts))
            for bound, total in zip([*BUCKETS_S, "+Inf"], totals, strict=True):
                yield "_bucket", {**labels, "le": bound}, total
            yield "_sum", labels, histogram.sum
            yield "_count", labels, totals[-1]


Sample = tuple[str, Labels, float]
"""A suffix of the family's name, the labels, and the value."""


def _family(name: str, kind: str, meaning: str, samples: Iterable[Sample]) -> Iterator[str]:
    name = f"gym_http_{name}"
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} {kind}"
    for suffix, labels, value in samples:
        told = ",".join(f'{label}="{_escaped(str(content))}"' for label, content in labels.items())
        yield f"{name}{suffix}{{{told}}} {value!r}" if told else f"{name}{suffix} {value!r}"


def _by(label: str, counts: Mapping[str, float]) -> Iterator[Sample]:
    return (("", {label: name}, count) for name, count in sorted(counts.items()))


def _store_samples(store: CountedStore) -> Iterator[Sample]:
    for (operation, outcome), count in sorted(store.calls.items()):
        yield "", {"operation": operation, "outcome": outcome}, count


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
