"""A child that is a fork is as new as a new interpreter: it returns, raises or ends in the same ways."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shared.errors import NotExact
from shared.snapshot.isolation import nursery as nurseries
from shared.snapshot.isolation.child_process import ChildEnded, Interpreter, in_child
from shared.snapshot.isolation.limits import Limits
from shared.snapshot.isolation.notes import Notes
from shared.snapshot.isolation.nursery import nursery
from tests.shared.snapshot.isolation import children
from tests.shared.snapshot.isolation.children import (
    about_itself,
    draws,
    echo,
    end_unread,
    fail,
    in_nursery,
    leave_behind,
    nested,
    open_descriptors,
    print_and_say,
    refuse,
    spent_by_children,
    write_pid_and_sleep,
)

SEED = "0"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="children are forks on Linux alone")


def origin() -> nurseries.Origin:
    """That of a child which begins now: other files' tests may put folders on `sys.path`."""
    return Interpreter.here().origin(SEED)


@pytest.fixture(autouse=True, scope="module")
def one_for_most() -> Iterator[None]:
    with nursery(origin(), [children.__name__]):
        yield


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[nurseries.Nursery]:
    """One of a test's own, which it may end."""
    monkeypatch.setattr(nurseries, "_kept", None)
    with nursery(origin(), [children.__name__]):
        found = nurseries.kept_for(origin())
        assert found is not None
        yield found


def end(kept: nurseries.Nursery) -> None:
    os.kill(kept._process.pid, signal.SIGKILL)
    kept._process.wait()


def has_ended(pid: int) -> bool:
    """Whether the process runs no longer; one that nobody has waited for yet does not run."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def wait_for_end(pid: int) -> None:
    while not has_ended(pid):
        time.sleep(0.01)


def test_every_child_is_a_fork_that_no_other_has_left_anything_in(kept: nurseries.Nursery) -> None:
    first, second = in_child(leave_behind, None, SEED), in_child(leave_behind, None, SEED)
    assert (first[0], second[0]) == (1, 1)
    assert len({os.getpid(), kept._process.pid, *first[1:], *second[1:]}) == 6


def test_a_child_is_as_a_new_interpreter_would_be(kept: nurseries.Nursery) -> None:
    """Nor does it hold more open: another child's answer would end only with it."""
    forked = in_child(about_itself, None, SEED), in_child(open_descriptors, None, SEED)
    end(kept)
    assert (in_child(about_itself, None, SEED), in_child(open_descriptors, None, SEED)) == forked


def test_generators_begin_anew_in_each() -> None:
    one, other = in_child(draws, None, SEED), in_child(draws, None, SEED)
    assert all(here != there for here, there in zip(one, other, strict=True))


def test_another_hash_seed_begins_in_a_new_interpreter() -> None:
    assert in_child(about_itself, None, "1")[:2] != in_child(about_itself, None, SEED)[:2]


def test_tasks_and_answers_may_be_longer_than_what_a_pipe_holds() -> None:
    data = os.urandom(3_000_000)
    assert in_child(echo, None, SEED, data) == data


def test_a_task_that_is_not_read_is_dropped() -> None:
    with pytest.raises(ChildEnded, match="ended with status 3"):
        in_child(end_unread, None, SEED)


def test_several_threads_have_children_at_the_same_time() -> None:
    with ThreadPoolExecutor(4) as pool:
        sent = [os.urandom(100_000) for _ in range(8)]
        assert [*pool.map(lambda data: in_child(echo, None, SEED, data), sent)] == sent


def test_its_refusal_is_raised_here() -> None:
    with pytest.raises(NotExact, match="never") as raised:
        in_child(refuse, None, SEED, "never")
    assert raised.value.evidence["reasons"] == {"graph": "no"}


def test_any_other_exception_ends_it_and_is_told() -> None:
    with pytest.raises(ChildEnded, match=r"^ended with status 1: ZeroDivisionError: in the child$"):
        in_child(fail, None, SEED)


def test_a_signal_that_ends_it_is_named() -> None:
    with pytest.raises(ChildEnded, match="was ended by SIGABRT"):
        in_child(os.abort, None, SEED)


@pytest.mark.parametrize(("function", "seed"), [((write_pid_and_sleep,), SEED), ((in_nursery, nested), "1")])
def test_its_leash_ends_it_with_the_children_of_its_own_nursery(
    tmp_path: Path, function: tuple[Callable[..., None], ...], seed: str
) -> None:
    pid_file = tmp_path / "pid"
    limits = Limits(patience_s=600)

    def pull() -> None:
        while not pid_file.exists():
            time.sleep(0.01)
        limits.leash.pull()

    puller = threading.Thread(target=pull)
    puller.start()
    with pytest.raises(ChildEnded, match="was ended by SIGKILL"):
        in_child(function[0], limits, seed, *function[1:], str(pid_file))
    puller.join()
    wait_for_end(int(pid_file.read_text()))


def test_time_ends_it() -> None:
    with pytest.raises(ChildEnded, match="did not come back within 1 s") as raised:
        in_child(time.sleep, Limits(patience_s=1.0), SEED, 600)
    assert raised.value.late


def test_what_it_says_is_read_and_what_it_prints_is_not_its_answer() -> None:
    limits = Limits(notes=Notes())
    assert in_child(print_and_say, limits, SEED, "here") != os.getpgid(0)
    assert limits.notes.lines() == ["here"]


def test_what_children_have_spent_is_not_left_for_the_next() -> None:
    before, after = in_child(in_nursery, Limits(seconds=30.0, patience_s=600), "1", spent_by_children)
    assert after <= before - 1


def test_where_the_first_interpreter_has_ended_a_new_one_is_started(kept: nurseries.Nursery) -> None:
    end(kept)
    assert in_child(echo, None, SEED, b"still") == b"still"


def test_an_inner_one_is_the_outer(kept: nurseries.Nursery) -> None:
    with nursery(origin(), []):
        assert nurseries.kept_for(origin()) is kept
    assert nurseries.kept_for(origin()) is kept
