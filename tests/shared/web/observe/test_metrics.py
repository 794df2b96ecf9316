"""Requests and store calls become Prometheus metrics, whenever they are settled."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shared.session.session import Session
from shared.storage.counted import CountedStore
from shared.storage.memory import MemoryStore
from shared.web.observe.metrics import BUCKETS_S, Metrics
from shared.web.observe.request_log import RequestLog
from tests.blocking import result

KEYS = [b"k" * 32]
STEP = {"method": "POST", "endpoint": "/v1/envs/{instance_id}/step/"}


@pytest.fixture
def store() -> CountedStore:
    return CountedStore(MemoryStore())


@pytest.fixture
def metrics(store: CountedStore) -> Metrics:
    return Metrics(Session(store, KEYS, live_envs=2, idle_ttl_s=60), store)


def answered(seconds: float = 0.0, status: int = 200) -> RequestLog:
    """A request that was answered after so many seconds."""
    log = RequestLog({}, "an-id", method=STEP["method"], endpoint=STEP["endpoint"], status=status)
    log.timing.ended = log.timing.began + seconds
    return log


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"gym_http_{name}", labels)


def test_answered_requests_are_counted_by_endpoint_and_status(metrics: Metrics) -> None:
    metrics.count([answered(status=200), answered(status=200), answered(status=422)])
    assert value(metrics, "requests_total", **STEP, status="200") == 2
    assert value(metrics, "requests_total", **STEP, status="422") == 1
    assert value(metrics, "request_duration_seconds_count", **STEP) == 3


def test_a_duration_falls_into_the_bucket_of_its_upper_bound(metrics: Metrics) -> None:
    metrics.count([answered(seconds) for seconds in (0.0002, 0.3, 120.0)])
    buckets = [
        value(metrics, "request_duration_seconds_bucket", **STEP, le=str(bound)) for bound in (*BUCKETS_S, "+Inf")
    ]
    assert (buckets[0], buckets[BUCKETS_S.index(0.25)], buckets[BUCKETS_S.index(0.5)]) == (1, 1, 2)
    assert buckets[-2:] == [2, 3]
    assert value(metrics, "request_duration_seconds_sum", **STEP) == pytest.approx(120.3, abs=0.1)


def test_phases_retries_and_problems_add_up(metrics: Metrics) -> None:
    for _ in range(2):
        log = answered(status=409)
        log.timing.load, log.timing.env, log.timing.save, log.timing.retries = 0.25, 0.5, 1.0, 3
        log.problem = "contended"
        metrics.count([log])
    phases = [value(metrics, "phase_seconds_total", phase=phase) for phase in ("load", "env", "save")]
    assert phases == [0.5, 1.0, 2.0]
    assert value(metrics, "retries_total") == 6
    assert value(metrics, "problems_total", problem="contended") == 2


def test_store_calls_are_added_since_they_were_last_settled(metrics: Metrics, store: CountedStore) -> None:
    for count in (1, 2):
        result(store.put("a", b"1"))
        metrics.settle()
        assert value(metrics, "store_calls_total", operation="put", outcome="ok") == count
    assert value(metrics, "store_seconds_total", operation="put") == pytest.approx(store.seconds["put"])


def test_two_services_of_one_process_count_apart(metrics: Metrics, store: CountedStore) -> None:
    other = Metrics(Session(store, KEYS, live_envs=2, idle_ttl_s=60), store)
    other.count([answered()])
    assert value(metrics, "requests_total", **STEP, status="200") is None


def test_what_no_request_counts_is_told_to_other_workers_soon(
    monkeypatch: pytest.MonkeyPatch, store: CountedStore, tmp_path: Path
) -> None:
    """A sweep calls the store, and another worker may be scraped meanwhile."""
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    one_of_several = Metrics(Session(store, KEYS, live_envs=2, idle_ttl_s=60), store)

    async def told() -> float | None:
        settling = asyncio.ensure_future(one_of_several.keep_settled())
        await store.put("a", b"1")
        deadline = time.monotonic() + 60
        while (found := counted()) is None and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        settling.cancel()
        return found

    def counted() -> float | None:
        return value(one_of_several, "store_calls_total", operation="put", outcome="ok")

    assert asyncio.run(told()) == 1


def test_a_process_that_counts_alone_settles_when_it_is_asked(metrics: Metrics) -> None:
    asyncio.run(asyncio.wait_for(metrics.keep_settled(), 5))


def test_importing_a_function_does_not_import_prometheus_client() -> None:
    """It is not installed in a Lambda function, and takes 70 ms."""
    found = "import sys, functions.step_env; print('prometheus_client' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", found], check=True, capture_output=True, text=True)
    assert ran.stdout.strip() == "False"
