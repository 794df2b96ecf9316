"""A function in a child process returns, raises or ends; its limits hold for all that it starts."""

import logging
import os
import sys
import threading
import time
import venv
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from shared.errors import NotExact
from shared.snapshot.isolation.child_process import ChildEnded, Interpreter, in_child, in_process_of, last_words
from shared.snapshot.isolation.limits import Limits
from tests.servers import ROOT
from tests.shared.snapshot.isolation.children import (
    add,
    environment,
    fail,
    fill_memory,
    limits_of_a_child,
    nested,
    nested_spin,
    refuse,
    sleep,
    spent_by_children,
    spent_by_waiting,
    spin,
    start_another,
    write_to_standard_output,
)

BRIEF = Limits(patience_s=1.0)


def test_arguments_and_result_pass() -> None:
    assert in_child(add, Limits(), "0", 3, other=4) == 7


def test_the_child_is_another_process_with_the_given_hash_seed_and_this_ones_path() -> None:
    seed, path, pid = in_child(environment, None, "17")
    assert (seed, pid == os.getpid()) == ("17", False)
    assert {*filter(None, sys.path)} <= {*path}


def test_another_interpreter_has_its_own_packages_and_this_code(tmp_path: Path) -> None:
    """Here it is a virtual environment without packages."""
    venv.create(tmp_path, symlinks=True)
    other = Interpreter.of(str(tmp_path / "bin/python"))
    assert in_process_of(other, find_spec, None, "0", "numpy") is None
    assert in_process_of(other, os.getenv, None, "0", "PYTHONPATH") == str(ROOT)


def test_our_own_errors_are_raised_here_with_their_evidence() -> None:
    with pytest.raises(NotExact, match="never") as raised:
        in_child(refuse, Limits(), "0", "never")
    assert raised.value.evidence == {"reasons": {"graph": "no"}}


def test_another_exception_ends_the_child_and_is_told_and_its_traceback_is_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with (
        caplog.at_level(logging.INFO),
        pytest.raises(ChildEnded, match=r"^ended with status 1: ZeroDivisionError: in the child$"),
    ):
        in_child(fail, Limits(), "0")
    assert 'children.py", line' in caplog.text


def test_last_words_name_no_places_of_code() -> None:
    crash = (
        "INTERNAL ERROR: contact solver\n"
        "Fatal Python error: Segmentation fault\n\n"
        'Current thread 0x00007f (most recent call first):\n  File "/srv/app/a.py", line 3 in step\n\n'
        "Extension modules: numpy.linalg (total: 1)\n"
    )
    assert last_words(crash) == "INTERNAL ERROR: contact solver Fatal Python error: Segmentation fault"
    chained = (
        'Traceback (most recent call last):\n  File "/srv/a.py", line 1, in f\n    x[0]\n    ~^^^\n'
        "KeyError: 0\n\nDuring handling of the above exception, another exception occurred:\n\n"
        'Traceback (most recent call last):\n  File "/srv/a.py", line 3, in f\nValueError: no\n'
    )
    assert last_words(chained) == "KeyError: 0 ValueError: no"
    assert len(last_words("loud\n" * 1000)) == 500


def test_a_signal_is_told_by_its_name() -> None:
    with pytest.raises(ChildEnded, match=r"^was ended by SIGABRT"):
        in_child(os.abort, Limits(), "0")


def test_what_a_function_prints_does_not_mix_with_its_result() -> None:
    assert in_child(write_to_standard_output, Limits(), "0", "printed\n") == "printed\n"


def test_one_that_takes_too_long_is_ended() -> None:
    began = time.monotonic()
    with pytest.raises(ChildEnded, match="did not come back within 1 s"):
        in_child(sleep, BRIEF, "0")
    assert time.monotonic() - began < 120


@pytest.mark.parametrize("function", [spin, nested_spin])
def test_one_that_takes_too_much_of_the_processor_is_ended(function: Callable[[], None]) -> None:
    with pytest.raises(ChildEnded, match=r"took more than [0-9.]+ s of the processor") as ended:
        in_child(function, Limits(seconds=1.0, patience_s=600), "0")
    assert ended.value.late or function is nested_spin


def test_waiting_is_not_counted_as_the_time_of_a_trial() -> None:
    """On a busy machine everything waits."""
    assert in_child(spent_by_waiting, Limits(seconds=60.0), "0", 1.0) < 0.5


def test_children_share_what_is_left_of_their_parents_time() -> None:
    before, after = in_child(spent_by_children, Limits(seconds=20.0, patience_s=600), "0")
    assert after <= before - 1.0
    assert before <= 20.0


def test_memory_is_limited_and_within_the_limit_is_given() -> None:
    limits = Limits(bytes=1_500_000_000)
    assert in_child(fill_memory, limits, "0", 10_000_000) == 10_000_000
    with pytest.raises(ChildEnded, match="Unable to allocate"):
        in_child(fill_memory, limits, "0", 3_000_000_000)


def test_what_the_child_has_started_ends_with_it(tmp_path: Path) -> None:
    in_child(start_another, Limits(), "0", str(tmp_path / "pid"))
    assert ends(tmp_path / "pid")


def test_a_childs_own_child_has_no_more_time_than_it() -> None:
    own, childs = in_child(limits_of_a_child, Limits(seconds=500.0, patience_s=600.0), "0")
    assert own is not None
    assert childs is not None
    assert 0 < childs.seconds < own.seconds == 500.0
    assert 0 < childs.wait_s < own.wait_s == 600.0


@pytest.mark.parametrize("before", [True, False])
def test_a_child_is_ended_by_its_leash_with_all_that_it_has_started(tmp_path: Path, before: bool) -> None:
    limits = Limits(seconds=600)
    pids = tmp_path / "pid"

    def pull() -> None:
        while not (before or (pids.exists() and pids.read_text())):
            time.sleep(0.01)
        limits.leash.pull()

    puller = threading.Thread(target=pull)
    puller.start()
    if before:
        puller.join()
    with pytest.raises(ChildEnded, match="was ended by SIGKILL"):
        in_child(nested, limits, "0", str(pids))
    puller.join()
    assert before or ends(pids)


def test_a_child_with_limits_comes_after_its_parent_on_a_busy_machine() -> None:
    assert in_child(os.nice, Limits(), "0", 0) == os.nice(0) + 5


def test_a_leash_that_is_pulled_after_its_child_has_ended_does_nothing() -> None:
    limits = Limits()
    assert in_child(add, limits, "0", 3, other=4) == 7
    limits.leash.pull()


def ends(pid_file: Path) -> bool:
    """Whether the process is gone, or is going to be soon."""
    deadline = time.monotonic() + 20
    while is_running(int(pid_file.read_text())):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def is_running(pid: int) -> bool:
    """Whether the process exists and is not a zombie."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(") ")[2][0] != "Z"
