"""What waiting cures is tried again, for as long as is said."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace

import httpx
import pytest
from faults import Faulty, answer, replying
from gymnasium_http import Connection, NoServer, ServerGone, ServiceUnavailable
from gymnasium_http.transport.replies import error_of
from gymnasium_http.transport.retries import Retries


def test_retry_after_is_waited_for() -> None:
    asked: list[httpx.Request] = []

    def wants_patience(request: httpx.Request, send: object) -> httpx.Response:
        asked.append(request)
        return answer(503, "store-unavailable", **{"Retry-After": "20"})

    connection = Connection("http://example", patience=0.3, transport=lambda: Faulty(wants_patience))
    with pytest.raises(ServiceUnavailable):
        connection.call("GET", "/")
    assert len(asked) == 1  # it asks for more patience than there is
    connection = replying(answer(429, "too-many", **{"Retry-After": "0"}), httpx.Response(200, json=[1]))
    assert connection.call("GET", "/") == [1]


def test_a_try_that_timed_out_after_all_of_the_patience_is_made_again() -> None:
    tries: list[int] = []

    def slow_once(request: httpx.Request, send: object) -> httpx.Response:
        tries.append(1)
        if len(tries) == 1:
            time.sleep(0.4)
            raise httpx.ReadTimeout("late", request=request)
        return httpx.Response(200, json=[1])

    connection = Connection("http://example", timeout=0.4, patience=0.4, transport=lambda: Faulty(slow_once))
    assert connection.call("GET", "/") == [1]


def test_pauses_grow_and_end_with_the_patience() -> None:
    retries = Retries(patience=1000)
    waits = [retries.wait_after(ServerGone("No.")) or 0 for _ in range(9)]
    assert 0.05 <= waits[0] <= 0.1
    assert 2.5 <= waits[-1] <= 5
    assert sum(waits) < 30
    assert Retries(patience=0).wait_after(ServerGone("No.")) is None


def test_what_waiting_does_not_cure_is_not_tried_again() -> None:
    for status, name in (
        (429, "quota-exceeded"),
        (503, "misconfigured"),
        (422, "invalid-action"),
        (500, "internal"),
    ):
        assert Retries(30).wait_after(error_of(status, {"type": f"urn:gym-http:problem:{name}"})) is None
    for status in (429, 502, 503, 504):
        assert Retries(30).wait_after(error_of(status, {})) is not None


@pytest.mark.parametrize(("asked", "waits"), [("7", 7), ("9999", 20), ("soon", 0), (None, 0)])
def test_retry_after_is_seconds_up_to_a_bound(asked: str | None, waits: float) -> None:
    wait = Retries(1000).wait_after(error_of(503, {}, asked))
    assert wait is not None
    assert waits <= wait <= waits + 0.1


def test_retry_after_may_be_a_date() -> None:
    asked = format_datetime(datetime.now(UTC) + timedelta(seconds=19), usegmt=True)
    wait = Retries(1000).wait_after(error_of(503, {}, asked))
    assert wait is not None
    assert 9 < wait <= 19


def test_no_server_is_waited_for_a_second_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("gymnasium_http.transport.retries.time", SimpleNamespace(monotonic=lambda: now[0]))
    assert Retries(None).wait_after(NoServer("No.")) is not None
    assert Retries(0.01).wait_after(NoServer("No.")) is None
    retries = Retries(None)
    while (wait := retries.wait_after(NoServer("No."))) is not None:
        now[0] += wait
    assert 100.3 < now[0] <= 101
