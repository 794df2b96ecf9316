"""A standing child calls one function after another, and is replaced once it has ended."""

import os
import time
from collections.abc import Iterator

import pytest

from shared.errors import CallTooLong, InvalidValue
from shared.snapshot.isolation.child_process import ChildEnded
from shared.snapshot.isolation.standing_child import StandingChild
from shared.snapshot.isolation.timeout import interruptible


def identity(value: object) -> tuple[int, object]:
    print("an environment that prints")
    return os.getpid(), value


def refuse() -> None:
    raise InvalidValue("no", limit=3)


def run_on(seconds: float) -> None:
    interruptible(_busy, seconds)


def _busy(seconds: float) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        pass


@pytest.fixture(scope="module")
def child() -> Iterator[StandingChild]:
    child = StandingChild()
    yield child
    child.close()


def test_calls_are_made_in_one_other_process(child: StandingChild) -> None:
    (first, value), (again, _) = child.call(60, identity, b"x" * 300_000), child.call(60, identity, None)
    assert value == b"x" * 300_000
    assert first == again != os.getpid()


def test_an_error_of_ours_comes_back_with_its_evidence(child: StandingChild) -> None:
    with pytest.raises(InvalidValue, match="no") as refused:
        child.call(60, refuse)
    assert refused.value.evidence == {"limit": 3}


def test_a_call_over_its_time_is_interrupted_and_the_child_stays(child: StandingChild) -> None:
    process, _ = child.call(60, identity, None)
    with pytest.raises(CallTooLong):
        child.call(0.2, run_on, 60)
    assert child.call(60, identity, None)[0] == process


def test_a_child_that_ends_is_told_and_replaced(child: StandingChild) -> None:
    before, _ = child.call(60, identity, None)
    with pytest.raises(ChildEnded, match="ended with status"):
        child.call(60, os._exit, 3)
    assert child.call(60, identity, None)[0] != before


def test_code_that_cannot_be_interrupted_ends_the_child() -> None:
    child = StandingChild()
    began = time.monotonic()
    with pytest.raises(ChildEnded):
        child.call(0.1, time.sleep, 600)
    assert time.monotonic() - began < 120
    child.close()


def test_a_closed_child_is_gone_and_another_begins_with_the_next_call() -> None:
    child = StandingChild()
    child.close()
    process, _ = child.call(60, identity, None)
    child.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    assert child.call(60, identity, None)[0] != process
    child.close()
