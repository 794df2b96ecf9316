"""Workers count together, and what one has counted outlives it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client.exposition import choose_encoder

from shared import variables
from shared.web.observe.shared_counts import SharedCounts, shared_counts

REQUEST = {"endpoint": "/v1/envs/", "method": "GET", "status": "200"}
WORKER = """
import asyncio, os
from shared.session.session import Session
from shared.storage.counted import CountedStore
from shared.storage.memory import MemoryStore
from shared.web.observe.metrics import Metrics
from shared.web.observe.request_log import RequestLog
store = CountedStore(MemoryStore())
metrics = Metrics(Session(store, [b"k" * 32], live_envs=2, idle_ttl_s=60), store)
asyncio.run(store.put("a", b"1"))
log = RequestLog({}, "an-id", method="GET", endpoint="/v1/envs/", status=200)
log.timing.ended = log.timing.began + 0.25
metrics.count([log])
print(os.getpid(), flush=True)
os.kill(os.getpid(), 9)
"""


@pytest.fixture
def counts(tmp_path: Path) -> SharedCounts:
    return SharedCounts(tmp_path)


def count(folder: Path) -> int:
    """A worker that counts a request and a call to the store, and is killed; its process id."""
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    ended = subprocess.run(
        [sys.executable, "-c", WORKER], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == -9, ended.stderr
    return int(ended.stdout)


def value(counts: SharedCounts, name: str, **labels: str) -> float | None:
    return counts.registry().get_sample_value(f"gym_http_{name}", labels)


def test_counts_add_up_over_workers_and_gauges_over_those_that_live(counts: SharedCounts, tmp_path: Path) -> None:
    first, second = count(tmp_path), count(tmp_path)
    for ended, living in ((None, 2), (first, 1), (second, None)):
        if ended is not None:
            counts.end(ended)
        assert value(counts, "requests_total", **REQUEST) == 2
        assert value(counts, "store_calls_total", operation="put", outcome="ok") == 2
        route = {"endpoint": "/v1/envs/", "method": "GET"}
        assert value(counts, "request_duration_seconds_count", **route) == 2
        assert value(counts, "request_duration_seconds_sum", **route) == 0.5
        assert value(counts, "request_duration_seconds_bucket", **route, le="0.25") == 2
        assert value(counts, "request_duration_seconds_bucket", **route, le="0.1") == 0
        assert value(counts, "workers") == living
    again = count(tmp_path)
    counts.end(again)
    assert value(counts, "requests_total", **REQUEST) == 3


def test_workers_that_have_ended_take_no_more_room_however_many_there_were(
    counts: SharedCounts, tmp_path: Path
) -> None:
    counts.end(count(tmp_path))
    files = {file.name for file in tmp_path.iterdir()}
    counts.end(count(tmp_path))
    assert {file.name for file in tmp_path.iterdir()} == files


def test_the_process_that_never_counted_ends_without_a_trace(counts: SharedCounts, tmp_path: Path) -> None:
    counts.end(os.getpid())
    assert [file.name for file in tmp_path.iterdir()] == ["lock"]
    assert [*counts.collect()] == []


def test_sums_are_told_in_both_of_prometheus_formats(counts: SharedCounts, tmp_path: Path) -> None:
    count(tmp_path)
    for accept in ("text/plain", "application/openmetrics-text; version=1.0.0"):
        encode, _ = choose_encoder(accept)
        told = encode(counts.registry()).decode()
        assert 'gym_http_requests_total{endpoint="/v1/envs/",method="GET",status="200"} 1.0' in told
        assert "# HELP gym_http_requests" in told
        assert "Requests answered." in told


def test_the_folder_is_named_to_workers_and_goes_with_the_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    with shared_counts():
        folder = Path(variables.counts_folder() or "")
        assert folder.is_dir()
    assert not folder.exists()
