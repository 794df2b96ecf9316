"""An environment's code is interrupted in time; ours, around it, never is."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.errors import CallTooLong, EnvironmentRaised
from shared.snapshot.isolation.timeout import Interrupted, interruptible, within


def for_ever(_: object) -> None:
    while True:
        pass


def run_for_ever(seconds: float) -> None:
    within(seconds, lambda: interruptible(for_ever, None))


def test_without_a_limit_nothing_is_interrupted() -> None:
    assert interruptible(abs, -7) == 7
    assert within(float("inf"), interruptible, abs, -7) == 7


@pytest.mark.parametrize(
    "ending", [SystemExit(1), KeyboardInterrupt(), GeneratorExit(), StopIteration(), StopAsyncIteration()]
)
@pytest.mark.parametrize("seconds", [float("inf"), 60.0])
def test_what_would_end_more_than_the_call_is_an_ordinary_exception(ending: BaseException, seconds: float) -> None:
    def ends(_: object) -> None:
        raise ending

    with pytest.raises(EnvironmentRaised) as raised:
        within(seconds, interruptible, ends, None)
    assert raised.value.evidence["exception"] == type(ending).__name__


def test_an_ordinary_exception_comes_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        interruptible(lambda zero: 1 // zero, 0)


def test_code_in_python_is_interrupted_on_whatever_thread_it_runs() -> None:
    with pytest.raises(CallTooLong, match="MAX_CALL_SECONDS"):
        run_for_ever(0.05)
    with ThreadPoolExecutor(1) as pool, pytest.raises(CallTooLong):
        pool.submit(run_for_ever, 0.05).result()


def test_two_threads_have_limits_of_their_own() -> None:
    began = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        short = pool.submit(run_for_ever, 0.05)
        long = pool.submit(run_for_ever, 1.0)
        with pytest.raises(CallTooLong):
            short.result()
        assert not long.done() or time.monotonic() > began + 1.0
        with pytest.raises(CallTooLong):
            long.result()


def test_an_environment_that_swallows_the_interruption_is_refused_when_it_returns() -> None:
    def swallows(_: object) -> str:
        try:
            for_ever(None)
        except BaseException:
            return "as if nothing had happened"
        raise AssertionError

    with pytest.raises(CallTooLong):
        within(0.05, interruptible, swallows, None)


def test_what_runs_over_outside_the_environment_is_refused_at_its_next_call() -> None:
    called: list[int] = []

    def ours() -> None:
        time.sleep(1.0)
        interruptible(called.append, 1)

    with pytest.raises(CallTooLong):
        within(0.05, ours)
    assert not called


def test_what_runs_over_after_the_environments_last_call_is_let_through() -> None:
    def ours() -> str:
        interruptible(int, 0)
        time.sleep(1.0)
        return "done"

    assert within(0.05, ours) == "done"


def test_the_environments_own_exception_passes() -> None:
    with pytest.raises(ZeroDivisionError):
        within(60, interruptible, lambda zero: 1 / zero, 0)


def test_an_interruption_never_lands_in_our_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that end at every point of many short calls, with a watch that hardly pauses."""
    monkeypatch.setattr("shared.snapshot.isolation.timeout._TICK_S", 0.0)
    astray = []
    outcomes = {True: 0, False: 0}

    def ours() -> None:
        while True:
            interruptible(sum, range(30))
            try:
                sum(range(60))
            except Interrupted:
                astray.append("between two calls")
                raise

    def hammer(seed: int) -> None:
        for number in range(80):
            try:
                within((number * 37 + seed) % 100 * 2e-5, ours)
            except CallTooLong:
                outcomes[True] += 1
            except Interrupted:
                astray.append("past the limit's end")
            try:
                sum(range(200))
            except Interrupted:
                astray.append("after the call")

    threads = [threading.Thread(target=hammer, args=(seed,)) for seed in (0, 50)]
    for thread in threads:
        thread.start()
    hammer(25)
    for thread in threads:
        thread.join()
    assert not astray
    assert outcomes[True] == 240
