"""What is done for the first time is done by one thread at a time, and later by as many as like."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.snapshot.isolation import first_use
from shared.snapshot.isolation.first_use import first_time


@pytest.fixture(autouse=True)
def _nothing_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_use, "_done", set())


def test_first_tasks_of_two_threads_are_one_after_the_other() -> None:
    inside, most = 0, 0
    changing = threading.Lock()

    def do(task: int) -> None:
        nonlocal inside, most
        with first_time(str(task)):
            with changing:
                inside += 1
                most = max(most, inside)
            threading.Event().wait(0.01)
            with changing:
                inside -= 1

    with ThreadPoolExecutor(4) as pool:
        [*pool.map(do, range(8))]
    assert most == 1


def test_what_was_done_before_waits_for_nobody() -> None:
    with first_time("known"):
        pass
    with ThreadPoolExecutor(1) as pool, first_time("new"):
        pool.submit(_do, "known").result(timeout=30)


def test_what_failed_was_not_done() -> None:
    with pytest.raises(ZeroDivisionError), first_time("broken"):
        raise ZeroDivisionError
    with ThreadPoolExecutor(1) as pool:
        with first_time("new"):
            again = pool.submit(_do, "broken")
            with pytest.raises(TimeoutError):
                again.result(timeout=0.1)
        again.result(timeout=30)
        with first_time("newer"):
            pool.submit(_do, "broken").result(timeout=30)


def test_one_that_takes_long_does_not_hold_up_others_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_use, "_PATIENCE_S", 0.01)
    with ThreadPoolExecutor(1) as pool, first_time("long"):
        pool.submit(_do, "other").result(timeout=30)


def _do(task: str) -> None:
    with first_time(task):
        pass
