"""The log never holds up the service, and tells what it left out."""

import asyncio
import json
import os
import select
from collections.abc import Iterator
from typing import Any

import pytest

from shared.web.observe.log import LogWriter
from shared.web.observe.request_log import RequestLog


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The end to read of a pipe to which the log writes."""
    reading, writing = os.pipe()
    monkeypatch.setattr("shared.web.observe.log._STDERR", writing)
    yield reading
    os.close(reading)
    os.close(writing)


def note(log: LogWriter, count: int) -> None:
    for _ in range(count):
        log.note(RequestLog({}, "an-id"), "GET", "/v1/envs/", 200)


def read_all(pipe: int) -> list[dict[str, Any]]:
    """Every line that has been written, each of them whole."""
    text = b""
    while select.select([pipe], [], [], 0)[0]:
        text += os.read(pipe, 65536)
    return [json.loads(line) for line in text.splitlines()]


def test_lines_are_dropped_while_nobody_reads_and_then_their_number_is_told(pipe: int) -> None:
    log = LogWriter("calls")
    note(log, 2000)
    first = read_all(pipe)
    note(log, 2)
    told, *rest = read_all(pipe)
    assert 0 < len(first) < 2000
    assert told["dropped"] == 2000 - len(first)
    assert [line["status"] for line in rest] == [200, 200]


def test_under_a_server_lines_are_gathered_and_written_soon(pipe: int) -> None:
    async def serve() -> None:
        log = LogWriter("calls")
        log.start_buffering()
        note(log, 40)
        assert not read_all(pipe)
        async with asyncio.timeout(60):
            while not select.select([pipe], [], [], 0)[0]:
                await asyncio.sleep(0.01)
        assert len(read_all(pipe)) == 40
        note(log, 1)
        log.flush()
        assert len(read_all(pipe)) == 1

    asyncio.get_event_loop().run_until_complete(serve())
