"""What tests call in child processes: a module that imports little, so that each child begins soon."""

import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

from shared.errors import NotExact
from shared.snapshot.isolation import child_process
from shared.snapshot.isolation.child_process import Interpreter, in_child
from shared.snapshot.isolation.limits import Limits
from shared.snapshot.isolation.notes import say
from shared.snapshot.isolation.nursery import nursery

P = ParamSpec("P")
R = TypeVar("R")

SLEEP = "import time; time.sleep(600)"


def add(one: int, *, other: int) -> int:
    return one + other


def refuse(detail: str) -> None:
    raise NotExact(detail, reasons={"graph": "no"})


def fail() -> None:
    raise ZeroDivisionError("in the child")


def environment() -> tuple[str | None, list[str], int]:
    return os.environ.get("PYTHONHASHSEED"), sys.path, os.getpid()


def write_to_standard_output(text: str) -> str:
    print(text, flush=True)
    os.write(1, text.encode())
    return text


def fill_memory(size: int) -> int:
    import numpy as np

    return int(np.ones(size, np.uint8).sum())


def sleep() -> None:
    time.sleep(600)


def spin() -> None:
    while True:
        sum(range(1000))


def nested_spin() -> None:
    """Let a child that has no limits of its own use them up."""
    in_child(spin, None, "0")


def spent_by_children() -> tuple[float, float]:
    """The seconds that a child of this one may use, before and after another has spent some."""
    before = in_child(processor_limit, None, "0")
    in_child(spend, None, "0", 1.0)
    return before, in_child(processor_limit, None, "0")


def processor_limit() -> float:
    return resource.getrlimit(resource.RLIMIT_CPU)[0]


def spend(seconds: float) -> None:
    while time.process_time() < seconds:
        sum(range(1000))


def spent_by_waiting(seconds: float) -> float:
    """The processor's seconds that a child could use before and no longer after."""
    assert child_process._limits is not None
    before = child_process._left_of(child_process._limits).seconds
    time.sleep(seconds)
    return before - child_process._left_of(child_process._limits).seconds


def start_another(pid_file: str) -> None:
    """Start a process that outlives this one, if nobody ends it."""
    other = subprocess.Popen([sys.executable, "-c", SLEEP])
    Path(pid_file).write_text(str(other.pid))


def write_pid_and_sleep(pid_file: str) -> None:
    written = Path(f"{pid_file}.part")
    written.write_text(str(os.getpid()))
    written.rename(pid_file)
    time.sleep(600)


def nested(pid_file: str) -> None:
    """Start a child that has no limits of its own."""
    in_child(write_pid_and_sleep, None, "0", pid_file)


def own_limits() -> Limits | None:
    return child_process._limits


def limits_of_a_child() -> tuple[Limits | None, Limits | None]:
    """This process's limits, and those of a child that was given none."""
    return own_limits(), in_child(own_limits, None, "0")


def in_nursery(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call a function whose children, of the hash seed 0, are forks of one interpreter."""
    with nursery(Interpreter.here().origin("0"), [__name__]):
        return function(*args, **kwargs)


left_behind: list[int] = []


def leave_behind() -> tuple[int, int, int]:
    """How many were here so far, this process and its parent."""
    left_behind.append(1)
    return len(left_behind), os.getpid(), os.getppid()


def about_itself() -> tuple[str | None, int, list[str]]:
    """The hash seed, a hash and the arguments."""
    return os.environ.get("PYTHONHASHSEED"), hash("text"), sys.argv


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def draws() -> tuple[float, float]:
    import numpy as np

    return random.random(), float(np.random.random())


def echo(data: bytes) -> bytes:
    return data


def end_unread() -> None:
    os._exit(3)


def print_and_say(line: str) -> int:
    """The process group."""
    print("printed", flush=True)
    say(line)
    return os.getpgid(0)
