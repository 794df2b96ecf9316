"""Who reads nothing is cut off, and where too much waits in all, who has held most of it for longest."""

import asyncio
from collections.abc import Iterator
from typing import Any, cast

import pytest

from functions import unread
from functions.unread import Unread


class Loop:
    """A clock that is told the time, and timers that nobody calls."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.due: list[float] = []

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Any) -> Any:
        self.due.append(self.now + delay)
        return self

    def cancel(self) -> None:
        """As a timer's."""


class Transport:
    """Where some bytes wait."""

    def __init__(self, waits: int) -> None:
        self.waits = waits
        self.aborted = False

    def get_write_buffer_size(self) -> int:
        return self.waits

    def abort(self) -> None:
        self.aborted, self.waits = True, 0


@pytest.fixture
def loop() -> Iterator[Loop]:
    assert not unread._waiting
    yield Loop()
    unread._waiting.clear()


def begun(loop: Loop, waits: int) -> tuple[Unread, Transport]:
    transport = Transport(waits)
    each = Unread(cast(asyncio.AbstractEventLoop, loop), cast(asyncio.Transport, transport))
    each.begin()
    return each, transport


def test_who_reads_nothing_is_cut_off_after_a_while(loop: Loop) -> None:
    each, transport = begun(loop, 100_000)
    assert loop.due == [1000 + unread.UNREAD_S]
    loop.now += unread.UNREAD_S
    each.check()
    assert transport.aborted
    assert not each.waits
    assert not unread._waiting


def test_who_reads_some_has_as_long_again(loop: Loop) -> None:
    each, transport = begun(loop, 100_000)
    for read in range(1, 4):
        loop.now += unread.UNREAD_S
        transport.waits -= read
        each.check()
        assert not transport.aborted
        assert loop.due[-1] == loop.now + unread.UNREAD_S
    loop.now += unread.UNREAD_S
    each.check()
    assert transport.aborted


def test_who_has_caught_up_is_not_watched(loop: Loop) -> None:
    each, transport = begun(loop, 100_000)
    each.end()
    assert not each.waits
    each, transport = begun(loop, 100_000)
    transport.waits = 0
    loop.now += unread.UNREAD_S
    each.check()
    assert not each.waits
    assert not transport.aborted
    assert not unread._waiting


def test_past_the_bound_of_all_who_held_most_for_longest_is_cut_off(
    loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unread, "MOST_UNREAD_BYTES", 1000)
    _, little = begun(loop, 10)
    _, reads = begun(loop, 500)
    _, still = begun(loop, 400)
    loop.now += 1
    reads.waits = 490
    _, new = begun(loop, 300)
    assert still.aborted
    assert not any(each.aborted for each in (little, reads, new))


def test_what_was_read_meanwhile_counts_no_more(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unread, "MOST_UNREAD_BYTES", 1000)
    _, reads = begun(loop, 900)
    loop.now += 1
    reads.waits = 100
    _, new = begun(loop, 900)
    assert not any(each.aborted for each in (reads, new))


def test_one_alone_may_exceed_the_bound(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unread, "MOST_UNREAD_BYTES", 1000)
    _, alone = begun(loop, 5000)
    assert not alone.aborted


def test_many_who_ask_at_once_stay_within_the_bound(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unread, "MOST_UNREAD_BYTES", 1000)
    every = [begun(loop, 300)[1] for _ in range(50)]
    assert sum(each.waits for each in every) == 900
