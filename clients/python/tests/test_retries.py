"""What waiting cures is tried again, for as long as is said."""

import time

import httpx
import pytest
from faults import Faulty, answer, replying
from gymnasium_http import Connection, ServiceUnavailable


def test_retry_after_is_waited_for() -> None:
    connection = replying(answer(503, "store-unavailable", **{"Retry-After": "20"}))
    began = time.monotonic()
    with pytest.raises(ServiceUnavailable):
        connection.call("GET", "/")
    assert time.monotonic() - began < 10  # it asks for more patience than there is
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
