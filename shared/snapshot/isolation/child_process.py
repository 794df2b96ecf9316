"""A function in a process of its own, with limits: for code that may crash there, hang or take all memory.

The child is a new interpreter, and what it is given and answers are pickles: it is no defence against code that
means harm, whose package somebody has installed here.
"""

import contextlib
import faulthandler
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ParamSpec, TypeVar

from shared.errors import GymHTTPError
from shared.settings import child_environment, prepare_process

P = ParamSpec("P")
R = TypeVar("R")

_GRACE_S = 5.0
_LONGEST_FILE = 256 * 1024 * 1024
_LAST_WORDS = 2000


@dataclass(frozen=True)
class Limits:
    """What a child, with all that it starts, may take."""

    seconds: float = 120.0
    bytes: int | None = 4 * 1024**3
    """Of memory that it can write to (`RLIMIT_DATA`): what is only reserved does not count."""


class ChildEnded(Exception):
    """The child ended without an answer; the text goes on after its name, such as "was ended by SIGSEGV"."""


_ends_at: float | None = None
"""When this process has to be over, if it is such a child itself."""


def in_child(
    function: Callable[P, R], limits: Limits | None, hash_seed: str, *args: P.args, **kwargs: P.kwargs
) -> R:
    """What a function of a module returns in a new interpreter.

    Without limits of its own, a child of such a child has what is left of its parent's.

    Raises:
        GymHTTPError: the function raised it there.
        ChildEnded: there is no answer.
    """
    leads = _ends_at is None  # a group of its own, in which its children are
    if limits is None and _ends_at is not None:
        limits = Limits(max(_ends_at - time.monotonic(), 0.1), None)
    seconds = None if limits is None else limits.seconds
    began = time.monotonic()
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(
            [sys.executable, "-c", "from shared.snapshot.isolation.child_process import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=child_environment(PYTHONHASHSEED=hash_seed, PYTHONPATH=os.pathsep.join(filter(None, sys.path))),
            start_new_session=leads,
        ) as child,
    ):
        try:
            task = pickle.dumps((function, args, kwargs, limits))
            answer, _ = child.communicate(task, None if seconds is None else seconds + _GRACE_S)
        except subprocess.TimeoutExpired:
            raise ChildEnded(f"did not come back within {seconds:g} s") from None
        finally:
            _end(child, leads)
        if child.returncode != 0:
            late = seconds is not None and time.monotonic() - began >= seconds
            raise ChildEnded(
                f"did not come back within {seconds:g} s" if late else _told(child.returncode, errors)
            )
    returned, value = pickle.loads(answer)
    if not returned:
        raise value
    result: R = value
    return result


def _end(child: "subprocess.Popen[bytes]", leads: bool) -> None:
    """End the child, and what it has started, if any of these still run."""
    with contextlib.suppress(ProcessLookupError):
        if leads:
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()


def _told(status: int, errors: BinaryIO) -> str:
    """How a child ended, with the last that it wrote."""
    errors.seek(0, os.SEEK_END)
    errors.seek(max(0, errors.tell() - _LAST_WORDS))
    said = errors.read().decode(errors="replace").strip()
    how = f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
    return f"{how}: {said}" if said else how


def _confine(limits: Limits) -> None:
    """Hold this process, and those that it will start, to the limits."""
    # The timer is no thread of Python's: it also ends what never gives up the interpreter's lock.
    faulthandler.dump_traceback_later(limits.seconds, exit=True)
    if sys.platform != "win32" and limits.bytes is not None:
        import resource

        for kind, most in (
            (resource.RLIMIT_DATA, limits.bytes),
            (resource.RLIMIT_FSIZE, _LONGEST_FILE),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(kind, (most, most))
        # Where memory runs out all the same, the kernel is to take this process and not the server.
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000")


def main() -> None:
    """Read a function and its arguments from standard input, and write what comes of it to standard output."""
    global _ends_at
    prepare_process()
    with os.fdopen(os.dup(1), "wb") as answers:
        # Some environments print (BabyAI's tell of every layout that they reject).
        os.dup2(2, 1)
        function, args, kwargs, limits = pickle.load(sys.stdin.buffer)
        if limits is not None:
            _ends_at = time.monotonic() + limits.seconds
            _confine(limits)
        try:
            answer = (True, function(*args, **kwargs))
        except GymHTTPError as error:
            answer = (False, error)
        answers.write(pickle.dumps(answer))
    os._exit(0)  # what libraries do at an interpreter's end is not part of the answer
