"""Calling a function in a child process with limits, for code that may crash, hang or take all memory.

Time is that of the processor, so that a busy machine ends nothing. A child that waits is ended by the clock.

The child is a new interpreter. Arguments and result travel as pickles, so this protects against bugs and not
against malice: an installed package can do what it likes in any process.
"""

import contextlib
import faulthandler
import logging
import math
import os
import pickle
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple, ParamSpec, TypeVar

from shared.errors import GymHTTPError
from shared.snapshot.isolation.limits import Leash, Limits
from shared.snapshot.isolation.notes import Notes, write_to
from shared.snapshot.isolation.nursery import Born, Origin, kept_for, spent_by_born_s
from shared.variables import child_environment, prepare_process

P = ParamSpec("P")
R = TypeVar("R")

_NICENESS = 5
"""Who is served comes before what is tried: a server then gets three times as much of a processor as a child."""
_LARGEST_FILE_BYTES = 256 * 1024 * 1024
_ERROR_OUTPUT_BYTES = 8000
_LONGEST_WORDS = 500
_OF_A_TRACEBACK = re.compile(
    r"\s|Traceback \(|(Current t|T)hread 0x|Stack \(|Extension modules|During handling|The above exception"
)
"""How lines begin that show where in the code something happened. They name files of this server."""

_log = logging.getLogger(__name__)


class ChildEnded(Exception):
    """The child ended without a result. The text is a predicate, such as "was ended by SIGSEGV"."""

    def __init__(self, how: str, *, late: bool = False) -> None:
        super().__init__(how)
        self.late = late
        """Whether its time was over, which says nothing about exactness."""


_limits: Limits | None = None
"""Those of this process, if it is such a child itself."""
_ends_at = math.inf
"""`time.monotonic()` at which it will be ended."""


class Interpreter(NamedTuple):
    """A Python to call functions in: this one, or that of a virtual environment with other packages."""

    executable: str
    path: str
    """Where it finds modules, beside its own packages."""

    @classmethod
    def here(cls) -> "Interpreter":
        """This process's, with all that can be imported here."""
        return cls(sys.executable, os.pathsep.join(filter(None, sys.path)))

    @classmethod
    def of(cls, executable: str) -> "Interpreter":
        """Another one, with its own packages and this code."""
        return cls(executable, str(Path(__file__).parents[3]))

    def origin(self, hash_seed: str) -> Origin:
        """What its processes with this hash seed begin as."""
        return Origin(self.executable, self.path, hash_seed)

    def started(
        self, hash_seed: str, errors: BinaryIO, leads: bool, notes: int
    ) -> "subprocess.Popen[bytes] | Born":
        """A new process of it that runs `main`, in a process group of its own if it leads one.

        It inherits the descriptor of the notes. Where a nursery is kept for such processes, it is a fork of that.
        """
        nursery = kept_for(self.origin(hash_seed))
        born = None if nursery is None else nursery.born(errors, leads, notes)
        return born or subprocess.Popen(
            [self.executable, "-c", f"from {__name__} import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=child_environment(PYTHONHASHSEED=hash_seed, PYTHONPATH=self.path),
            start_new_session=leads,
            pass_fds=[notes],
        )


def in_child(
    function: Callable[P, R], limits: Limits | None, hash_seed: str, *args: P.args, **kwargs: P.kwargs
) -> R:
    """Call a module's function in a new process of this interpreter, as `in_process_of` does."""
    return in_process_of(Interpreter.here(), function, limits, hash_seed, *args, **kwargs)


def in_process_of(
    interpreter: Interpreter,
    function: Callable[P, R],
    limits: Limits | None,
    hash_seed: str,
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    """Call a module's function in a new process and return what it returns.

    The time that the child takes to start counts: whoever waits may have no more than that. A child that starts
    another without limits passes on the time that is left of its own.

    Raises:
        GymHTTPError: the function raised it.
        ChildEnded: there is no result.
    """
    leads = _limits is None  # its process group holds its own children too, so that all end together
    if limits is None and _limits is not None:
        limits = _left_of(_limits)
    wait_s, leash = (None, Leash()) if limits is None else (limits.wait_s, limits.leash)
    began = time.monotonic()
    with (
        tempfile.TemporaryFile() as errors,
        (Notes() if limits is None else limits.notes).taken() as notes,
        interpreter.started(hash_seed, errors, leads, notes) as child,
    ):
        try:
            task = pickle.dumps((function, args, kwargs, limits, notes))
            with leash.holds(partial(_end, child, leads)):
                answer, _ = child.communicate(task, wait_s)
        except subprocess.TimeoutExpired:
            raise ChildEnded(f"did not come back within {wait_s:g} s", late=True) from None
        finally:
            _end(child, leads)
        if child.returncode != 0:
            if limits is not None and child.returncode == -signal.SIGXCPU:
                raise ChildEnded(f"took more than {limits.seconds:g} s of the processor", late=True)
            late = wait_s is not None and time.monotonic() - began >= wait_s
            raise ChildEnded(
                f"did not come back within {wait_s:g} s" if late else _how_it_ended(child.returncode, errors),
                late=late,
            )
    returned, value = pickle.loads(answer)
    if not returned:
        raise value
    result: R = value
    return result


def _left_of(limits: Limits) -> Limits:
    """What a child of this process may use: what this one and those that have ended have not."""
    spent = os.times()
    used = spent.user + spent.system + spent.children_user + spent.children_system + spent_by_born_s()
    return Limits(max(limits.seconds - used, 0.1), None, max(_ends_at - time.monotonic(), 0.1))


def _end(child: "subprocess.Popen[bytes] | Born", leads: bool) -> None:
    """Kill the child and the processes that it started, if any still run."""
    with contextlib.suppress(ProcessLookupError):
        if leads:
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()


def _how_it_ended(status: int, errors: BinaryIO) -> str:
    """The signal or exit status that ended a child, and its last words. The log has all of them."""
    skipped = errors.seek(max(0, errors.seek(0, os.SEEK_END) - _ERROR_OUTPUT_BYTES))
    if skipped:
        errors.readline()  # the rest of one
    text = errors.read().decode(errors="replace").strip()
    how = f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
    _log.info("a child process %s: %s", how, text)
    words = last_words(text)
    return f"{how}: {words}" if words else how


def last_words(text: str) -> str:
    """The end of an error output, without what only shows where in the code it came about."""
    lines = [line.strip() for line in text.splitlines() if line and not _OF_A_TRACEBACK.match(line)]
    return " ".join(lines)[-_LONGEST_WORDS:]


def _apply_limits(limits: Limits) -> None:
    """Limit this process and those that it will start."""
    # This timer is a C thread: it also ends code that never releases the interpreter's lock.
    faulthandler.dump_traceback_later(limits.wait_s, exit=True)
    if sys.platform == "win32":
        return
    import resource

    most_s = math.ceil(limits.seconds)
    _, hard_s = resource.getrlimit(resource.RLIMIT_CPU)  # at that the process is killed, without a word
    resource.setrlimit(resource.RLIMIT_CPU, (most_s, hard_s))
    if limits.bytes is not None:
        os.nice(_NICENESS)
        for kind, most in (
            (resource.RLIMIT_DATA, limits.bytes),
            (resource.RLIMIT_FSIZE, _LARGEST_FILE_BYTES),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(kind, (most, most))
        # If the machine runs out of memory all the same, the kernel should kill this process and not the server.
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000")


def main() -> None:
    """Read a function and its arguments from standard input; write its result or error to standard output."""
    global _ends_at, _limits
    prepare_process()
    with os.fdopen(os.dup(1), "wb") as answers:
        # Some environments print, such as BabyAI's, which report every layout that they reject.
        os.dup2(2, 1)
        function, args, kwargs, limits, descriptor = pickle.load(sys.stdin.buffer)
        write_to(descriptor)
        if limits is not None:
            _limits, _ends_at = limits, time.monotonic() + limits.wait_s
            _apply_limits(limits)
        try:
            answer = (True, function(*args, **kwargs))
        except GymHTTPError as error:
            answer = (False, error)
        answers.write(pickle.dumps(answer))
    os._exit(0)  # the result is out: a library that crashes at exit must not turn it into a failure
