"""A child that is a fork is as new as a new interpreter: it returns, raises or ends in the same ways."""

import os
import random
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from shared.errors import NotExact
from shared.snapshot.isolation import nursery as nurseries
from shared.snapshot.isolation.child_process import ChildEnded, Interpreter, Limits, in_child
from shared.snapshot.isolation.notes import Notes, say
from shared.snapshot.isolation.nursery import nursery

SEED = "17"
HERE = __name__

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="children are forks on Linux alone")


@pytest.fixture(autouse=True, scope="module")
def shared() -> Iterator[None]:
    with nursery(Interpreter.here().origin(SEED), [HERE]):
        yield


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[nurseries.Nursery]:
    """One of a test's own, which it may end."""
    monkeypatch.setattr(nurseries, "_kept", None)
    with nursery(Interpreter.here().origin(SEED), [HERE]):
        found = nurseries.kept_for(Interpreter.here().origin(SEED))
        assert found is not None
        yield found


left_behind: list[int] = []


def leave_behind() -> tuple[int, int, int]:
    """What was here before, this process and its parent."""
    left_behind.append(1)
    return len(left_behind), os.getpid(), os.getppid()


def about_itself() -> tuple[str | None, int, list[str], str, set[int]]:
    """The hash seed, a hash, the arguments, whether its own module was imported, and its open descriptors."""
    opened = {int(number) for number in os.listdir("/proc/self/fd")}
    return os.environ.get("PYTHONHASHSEED"), hash("text"), sys.argv, __name__, opened


def draws() -> tuple[float, float, int]:
    return random.random(), float(np.random.random()), int(np.random.default_rng().integers(2**62))


def echo(data: bytes) -> bytes:
    return data


def refuse() -> None:
    raise NotExact("never", reasons={"graph": "no"})


def fail() -> None:
    raise ZeroDivisionError("in the child")


def ends_unread() -> None:
    os._exit(3)


def note_pid_and_sleep(pid_file: str) -> None:
    written = Path(f"{pid_file}.part")
    written.write_text(str(os.getpid()))
    written.rename(pid_file)
    time.sleep(600)


def spend(seconds: float) -> None:
    while time.process_time() < seconds:
        sum(range(1000))


def prints(line: str) -> int:
    print("printed", flush=True)
    say(line)
    return os.getpgid(0)


def nested(seconds: float) -> tuple[float, float]:
    """The seconds of the processor that this process's children may use, before and after one has used some."""
    with nursery(Interpreter.here().origin(SEED), [HERE]):
        before = in_child(may_use_s, None, SEED)
        in_child(spend, None, SEED, seconds)
        return before, in_child(may_use_s, None, SEED)


def may_use_s() -> float:
    import resource

    return float(resource.getrlimit(resource.RLIMIT_CPU)[0])


def nested_sleep(pid_file: str) -> None:
    with nursery(Interpreter.here().origin(SEED), [HERE]):
        in_child(note_pid_and_sleep, None, SEED, pid_file)


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
    forked = in_child(about_itself, None, SEED)
    end(kept)
    assert in_child(about_itself, None, SEED)[:4] == forked[:4]


def test_a_child_holds_no_descriptors_but_its_own() -> None:
    """Another child's answer would end only with it."""
    opened = in_child(about_itself, None, SEED)[4]
    assert in_child(about_itself, None, SEED)[4] == opened
    assert len(opened) <= 6  # the standard ones, its answer, its notes, and the list of these


def test_generators_begin_anew_in_each() -> None:
    one, other = in_child(draws, None, SEED), in_child(draws, None, SEED)
    assert all(here != there for here, there in zip(one, other, strict=True))


def test_another_hash_seed_begins_in_a_new_interpreter() -> None:
    assert in_child(about_itself, None, "18")[:2] != in_child(about_itself, None, SEED)[:2]


def test_tasks_and_answers_may_be_longer_than_what_a_pipe_holds() -> None:
    data = os.urandom(3_000_000)
    assert in_child(echo, None, SEED, data) == data


def test_a_task_that_is_not_read_is_dropped() -> None:
    with pytest.raises(ChildEnded, match="ended with status 3"):
        in_child(ends_unread, None, SEED)


def test_several_threads_have_children_at_the_same_time() -> None:
    with ThreadPoolExecutor(4) as pool:
        sent = [os.urandom(100_000) for _ in range(8)]
        assert [*pool.map(lambda data: in_child(echo, None, SEED, data), sent)] == sent


def test_its_refusal_is_raised_here() -> None:
    with pytest.raises(NotExact, match="never") as raised:
        in_child(refuse, None, SEED)
    assert raised.value.evidence["reasons"] == {"graph": "no"}


def test_any_other_exception_ends_it_with_its_traceback() -> None:
    with pytest.raises(ChildEnded, match=r"(?s)ended with status 1.*ZeroDivisionError: in the child"):
        in_child(fail, None, SEED)


def test_a_signal_that_ends_it_is_named() -> None:
    with pytest.raises(ChildEnded, match="was ended by SIGABRT"):
        in_child(os.abort, None, SEED)


def test_one_that_does_not_come_back_is_killed(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    limits = Limits(patience_s=600)

    def pull() -> None:
        while not pid_file.exists():
            time.sleep(0.01)
        limits.leash.pull()

    puller = threading.Thread(target=pull)
    puller.start()
    with pytest.raises(ChildEnded, match="was ended by SIGKILL"):
        in_child(note_pid_and_sleep, limits, SEED, str(pid_file))
    puller.join()
    wait_for_end(int(pid_file.read_text()))


def test_time_ends_it() -> None:
    with pytest.raises(ChildEnded, match="did not come back within 1 s") as raised:
        in_child(time.sleep, Limits(patience_s=1.0), SEED, 600)
    assert raised.value.late


def test_one_of_a_child_ends_with_it(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    limits = Limits(patience_s=600)

    def pull() -> None:
        while not pid_file.exists():
            time.sleep(0.01)
        limits.leash.pull()

    puller = threading.Thread(target=pull)
    puller.start()
    with pytest.raises(ChildEnded):
        in_child(nested_sleep, limits, "18", str(pid_file))
    puller.join()
    wait_for_end(int(pid_file.read_text()))


def test_what_it_says_is_read_and_what_it_prints_is_not_its_answer() -> None:
    limits = Limits(notes=Notes())
    assert in_child(prints, limits, SEED, "here") != os.getpgid(0)
    assert limits.notes.lines() == ["here"]


def test_what_children_have_spent_is_not_left_for_the_next() -> None:
    before, after = in_child(nested, Limits(seconds=30.0, patience_s=600), "18", 1.0)
    assert after <= before - 1


def test_where_the_first_interpreter_has_ended_a_new_one_is_started(kept: nurseries.Nursery) -> None:
    end(kept)
    assert in_child(echo, None, SEED, b"still") == b"still"


def test_an_inner_one_is_the_outer(kept: nurseries.Nursery) -> None:
    origin = Interpreter.here().origin(SEED)
    with nursery(origin, []):
        assert nurseries.kept_for(origin) is kept
    assert nurseries.kept_for(origin) is kept
