"""A stream ends when its server is told to, and a signal still reaches the server."""

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator
from types import FrameType

import pytest

from shared.web.service.ending import Ending, heard
from tests.shared.session.sessions import run


def test_a_stream_that_ends_by_itself_is_passed_on_as_it_is() -> None:
    async def test() -> None:
        async def three() -> AsyncIterator[int]:
            for number in range(3):
                yield number

        assert [item async for item in Ending().cut(three())] == [0, 1, 2]

    run(test)


def test_a_stream_that_waits_is_cut_where_it_waits_and_cleans_up() -> None:
    async def test() -> None:
        ending, closed = Ending(), []

        async def endless() -> AsyncIterator[int]:
            try:
                yield 1
                await asyncio.Event().wait()
            finally:
                closed.append(True)

        got = []
        async for item in ending.cut(endless()):
            got.append(item)
            asyncio.get_running_loop().call_later(0.01, ending.tell)
        assert (got, closed) == ([1], [True])

    run(test)


def test_a_stream_that_begins_after_the_end_was_told_has_nothing() -> None:
    async def test() -> None:
        async def busy() -> AsyncIterator[int]:
            while True:
                yield 1

        ending = Ending()
        ending.tell()
        assert [item async for item in ending.cut(busy())] == []

    run(test)


def test_an_error_in_a_stream_is_raised_by_what_reads_it() -> None:
    async def test() -> None:
        async def failing() -> AsyncIterator[int]:
            yield 1
            raise OSError("the store is away")

        with pytest.raises(OSError, match="the store is away"):
            _ = [item async for item in Ending().cut(failing())]

    run(test)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_told_and_then_reaches_the_handler_that_stood_there(number: signal.Signals) -> None:
    caught = []

    def servers(number: int, frame: FrameType | None) -> None:
        caught.append(number)

    async def test() -> None:
        ending = Ending()
        with heard(ending):
            os.kill(os.getpid(), number)
            await asyncio.sleep(0.05)
        assert (ending.told, caught) == (True, [number])
        assert signal.getsignal(number) is servers

    before = signal.signal(number, servers)
    try:
        run(test)
    finally:
        signal.signal(number, before)


def test_a_signal_that_nobody_handles_still_ends_the_process() -> None:
    async def test() -> None:
        with heard(Ending()):
            assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL

    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        run(test)
    finally:
        signal.signal(signal.SIGTERM, before)


def test_outside_the_main_thread_no_handler_is_touched() -> None:
    async def listened() -> None:
        with heard(Ending()):
            pass

    errors: list[BaseException] = []

    def aside() -> None:
        try:
            asyncio.run(listened())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=aside)
    thread.start()
    thread.join()
    assert errors == []


def test_a_client_that_leaves_ends_what_the_next_item_is_waited_for_from() -> None:
    ended = asyncio.Event()

    async def items() -> AsyncIterator[int]:
        try:
            yield 1
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def test() -> None:
        async def read() -> None:
            async for _ in Ending().cut(items()):
                begun.set()

        begun = asyncio.Event()
        reading = asyncio.ensure_future(read())
        await begun.wait()
        await asyncio.sleep(0)
        reading.cancel()
        await asyncio.wait((reading,))
        await asyncio.wait_for(ended.wait(), 30)

    asyncio.run(test())
