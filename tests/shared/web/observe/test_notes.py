"""Every request that was answered is noted once: at once, or soon under a server."""

import asyncio
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

import pytest

from shared.web.observe.log import LogWriter
from shared.web.observe.notes import Notes
from shared.web.observe.request_log import RequestLog

if TYPE_CHECKING:
    from shared.web.observe.metrics import Metrics


def answered(number: int) -> RequestLog:
    log = RequestLog({}, f"request-{number}", method="GET", endpoint="/v1/envs/", status=200, ended=number)
    log.timing.ended = log.timing.began + 2
    return log


def noted(capfd: pytest.CaptureFixture[str]) -> list[str]:
    return [json.loads(line)["request"] for line in capfd.readouterr().err.splitlines()]


def add(notes: Notes, number: int) -> None:
    """As the application does it."""
    notes.answered.append(answered(number))
    if not notes.scheduled:
        notes.schedule()


def test_without_a_server_a_request_is_noted_before_the_function_may_be_frozen(
    capfd: pytest.CaptureFixture[str],
) -> None:
    notes = Notes(LogWriter("calls"), None)
    add(notes, 1)
    assert noted(capfd) == ["request-1"]
    assert not notes.answered
    add(notes, 2)
    assert noted(capfd) == ["request-2"]


def test_under_a_server_many_are_noted_soon_and_in_their_order(capfd: pytest.CaptureFixture[str]) -> None:
    async def serve() -> None:
        notes = Notes(LogWriter("calls"), None)
        notes.start_buffering()
        for number in range(3):
            add(notes, number)
        assert noted(capfd) == []
        async with asyncio.timeout(60):
            while notes.answered:
                await asyncio.sleep(0.01)
        assert noted(capfd) == ["request-0", "request-1", "request-2"]
        add(notes, 3)
        notes.write()
        assert noted(capfd) == ["request-3"]

    asyncio.run(serve())


def test_a_line_tells_of_when_the_request_ended_and_not_of_when_it_was_written(
    capfd: pytest.CaptureFixture[str],
) -> None:
    add(Notes(LogWriter("calls"), None), 86_400)
    line = json.loads(capfd.readouterr().err)
    assert (line["time"], line["total_ms"]) == ("1970-01-02T00:00:00Z", 2000.0)


def test_what_is_noted_is_counted_too() -> None:
    counted: list[str] = []

    class Counting:
        def count(self, answered: Iterable[RequestLog]) -> None:
            counted.extend(log.request_id for log in answered)

    add(Notes(LogWriter("off"), cast("Metrics", Counting())), 1)
    assert counted == ["request-1"]
