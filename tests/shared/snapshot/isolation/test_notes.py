"""What a child says of how far it is can be read while it runs, and afterwards."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shared.errors import NotExact
from shared.snapshot.isolation.child_process import ChildEnded, in_child
from shared.snapshot.isolation.limits import Limits
from shared.snapshot.isolation.notes import Notes, say


def says_and_waits(lines: list[str], until: str) -> None:
    for line in lines:
        say(line)
    while not Path(until).exists():
        threading.Event().wait(0.01)


def says_and_refuses() -> None:
    say("before")
    raise NotExact("no")


def says_through_another() -> None:
    say("mine")
    in_child(say, None, "1", "not told")


def test_lines_are_read_while_the_child_runs_and_after_it(tmp_path: Path) -> None:
    limits, end = Limits(), tmp_path / "end"
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(in_child, says_and_waits, limits, "1", ["one", "two\nlines"], str(end))
        while len(limits.notes.lines()) < 2:
            assert not running.done(), running.result()
        assert limits.notes.lines() == ["one", "two lines"]
        end.touch()
        running.result()
    assert limits.notes.lines() == ["one", "two lines"]


def test_they_stay_where_the_child_fails() -> None:
    limits = Limits()
    with pytest.raises(NotExact):
        in_child(says_and_refuses, limits, "1")
    assert limits.notes.lines() == ["before"]


def test_a_child_of_the_child_says_nothing() -> None:
    limits = Limits()
    in_child(says_through_another, limits, "1")
    assert limits.notes.lines() == ["mine"]


def test_one_that_never_ends_a_line_is_read_in_part() -> None:
    limits = Limits()
    in_child(say, limits, "1", "x" * 100_000)
    [line] = limits.notes.lines()
    assert 1000 < len(line) < 10_000


def test_nobody_need_listen() -> None:
    say("to nobody")
    assert Notes().lines() == []


def test_a_child_that_ends_by_itself_leaves_its_lines() -> None:
    limits = Limits(seconds=1)
    with pytest.raises(ChildEnded):
        in_child(says_and_ends, limits, "1")
    assert limits.notes.lines() == ["last"]


def says_and_ends() -> None:
    say("last")
    raise SystemExit(3)
