"""A child process that calls one function after another, for work that is shared among processors.

Calls and results travel over pipes, each after its length: a Lambda function has no shared memory. The child ends
with its parent, whose end of the pipe closes then.
"""

import faulthandler
import os
import pickle
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import IO, Any, ParamSpec, TypeVar

from shared.errors import GymHTTPError
from shared.snapshot.isolation.child_process import ChildEnded
from shared.snapshot.isolation.timeout import GRACE_S, within
from shared.variables import child_environment, prepare_process

P = ParamSpec("P")
R = TypeVar("R")

_LENGTH = struct.Struct("<Q")
_NEVER_S = 1e9


class StandingChild:
    """One child, started at the first call, and again at the next one after it has ended."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def call(self, seconds: float, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call a module's function there within so many seconds, and return what it returns. It blocks.

        Raises:
            GymHTTPError: the function raised it, or ran too long.
            ChildEnded: there is no result. The next call starts another child.
        """
        with self._lock:
            child = self._process = self._process or _started()
            assert child.stdin is not None
            assert child.stdout is not None
            try:
                _send(child.stdin, (seconds, function, args, kwargs))
                returned, value = _received(child.stdout)
            except (EOFError, BrokenPipeError) as error:
                status = self._ended()
                raise ChildEnded(f"ended with status {status}") from error
            except BaseException:
                self._ended()
                raise
        if not returned:
            raise value
        result: R = value
        return result

    def close(self) -> None:
        """End the child at once, if there is one. A call under way has no result then."""
        child = self._process
        if child is not None:
            child.kill()
        with self._lock:
            self._ended()

    def _ended(self) -> int | None:
        """Make sure that the child has ended; its exit status."""
        child, self._process = self._process, None
        if child is None:
            return None
        child.kill()
        with child:  # closes the pipes and waits
            pass
        return child.returncode


def _started() -> "subprocess.Popen[bytes]":
    path = os.pathsep.join(filter(None, sys.path))
    return subprocess.Popen(
        [sys.executable, "-c", f"from {__name__} import main; main()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=child_environment(PYTHONPATH=path),
        bufsize=0,
    )


def _send(to: IO[bytes], value: object) -> None:
    packed = pickle.dumps(value, protocol=5)
    unsent = memoryview(_LENGTH.pack(len(packed)) + packed)
    while unsent:
        unsent = unsent[to.write(unsent) :]


def _received(source: IO[bytes]) -> tuple[bool, Any]:
    (length,) = _LENGTH.unpack(_exactly(source, _LENGTH.size))
    returned, value = pickle.loads(_exactly(source, length))
    return returned, value


def _exactly(source: IO[bytes], length: int) -> bytes:
    parts, missing = [], length
    while missing:
        part = source.read(missing)
        if not part:
            raise EOFError
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def main() -> None:
    """Answer calls from standard input on standard output, until it closes."""
    prepare_process()
    calls, answers = os.fdopen(os.dup(0), "rb", buffering=0), os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # some environments print
    while True:
        try:
            (length,) = _LENGTH.unpack(_exactly(calls, _LENGTH.size))
            seconds, function, args, kwargs = pickle.loads(_exactly(calls, length))
        except EOFError:
            os._exit(0)
        # This timer is a C thread: it also ends native code that never returns.
        faulthandler.dump_traceback_later(min(seconds, _NEVER_S) + 2 * GRACE_S, exit=True)
        try:
            answer = (True, within(seconds, function, *args, **kwargs))
        except GymHTTPError as error:
            answer = (False, error)
        faulthandler.cancel_dump_traceback_later()
        _send(answers, answer)
