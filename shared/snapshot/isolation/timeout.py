"""A time limit on calls of an environment: foreign Python code that goes on too long is interrupted where it is.

The interruption is an exception that another thread raises (`PyThreadState_SetAsyncExc`). It may come between any
two bytecodes, so it is let in only while the environment's own code runs: `within` sets the time for everything
that a thread does for one call, and each call of the environment in it opens and shuts a window. What the limit
meets outside a window comes as an ordinary exception when the next one opens.

Native code that does not return cannot be interrupted. After a grace the process is given up, if it was said that
something replaces it (`give_up_when_stuck`).
"""

import ctypes
import faulthandler
import math
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from shared.errors import CallTooLong

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

GRACE_S = 2.0
"""How long after its limit a call may still come back before its caller is told that it does not."""

STUCK = 70
"""The exit status of a process that was given up (EX_SOFTWARE of sysexits)."""

_TICK_S = 0.25


class Interrupted(BaseException):
    """Raised inside an environment whose call has taken too long; no `except Exception` there swallows it."""


class _Limit:
    """One thread's call in progress. Each flag is set by one side alone, and read by the other after its own."""

    # Defaults of the class: a call that is in time sets the first alone.
    open = False
    """Whether the environment's code is running."""
    late = False
    """The watch found the time over, and is about to look whether the window is open."""
    raised = False
    """It was, and the exception is on its way or has come."""
    told = False
    """It was not; the next window does not open."""

    def __init__(self, at: float) -> None:
        self.at = at
        self.thread = threading.get_ident()

    def refuse(self) -> None:
        """The time was over before the window opened."""
        self.open = False
        self.settle()
        raise Interrupted

    def settle(self) -> None:
        """The time was over by when the window shut."""
        while not (self.raised or self.told):
            time.sleep(0)  # the watch is between its look and its deed: the exception comes here, or not at all
        if self.raised:
            # It came before, and the environment swallowed it.
            raise Interrupted


class _Watch:
    """The thread that looks at every call in progress, four times a second while there is any."""

    def __init__(self) -> None:
        self._running: dict[int, _Limit] = {}
        self._wake = threading.Event()
        self._awake = False
        self._thread: threading.Thread | None = None
        self._replaced = False

    def add(self, limit: _Limit) -> None:
        self._running[limit.thread] = limit
        if not self._awake:
            self._start()

    def remove(self, limit: _Limit) -> None:
        del self._running[limit.thread]

    def give_up(self) -> None:
        self._replaced = True

    def _start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._look, name="call limits", daemon=True)
            self._thread.start()
        self._awake = True
        self._wake.set()

    def _look(self) -> None:
        while True:
            self._wake.wait()
            time.sleep(_TICK_S)
            now = time.monotonic()
            limits = [*self._running.values()]
            if not limits:
                self._wake.clear()
                self._awake = False
                if self._running:  # one came before it was told that nobody watches
                    self._awake = True
                    self._wake.set()
            for limit in limits:
                if now > limit.at and not limit.late:
                    _interrupt(limit)
                if now > limit.at + 2 * GRACE_S and self._replaced:
                    _end_process()


def _interrupt(limit: _Limit) -> None:
    limit.late = True
    if limit.open:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(limit.thread), ctypes.py_object(Interrupted))
        limit.raised = True
    else:
        limit.told = True


def _end_process() -> None:
    print(f"A call on an environment does not come back; process {os.getpid()} ends.", file=sys.stderr, flush=True)
    faulthandler.dump_traceback()
    os._exit(STUCK)


class _Here(threading.local):
    limit: _Limit | None = None


_watch = _Watch()
_here = _Here()


def give_up_when_stuck() -> None:
    """End the process with a traceback of every thread when a call does not come back after its interruption.

    For a process that is replaced when it ends, and whose state is elsewhere.
    """
    _watch.give_up()


def within(seconds: float, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call the function; an environment's code that it runs longer than so many seconds in all is interrupted.

    Raises:
        CallTooLong: it was. What the environment has changed of itself by then is undefined.
    """
    if seconds == math.inf:
        return function(*args, **kwargs)
    limit = _here.limit = _Limit(time.monotonic() + seconds)
    _watch.add(limit)
    try:
        return function(*args, **kwargs)
    except Interrupted:
        raise CallTooLong(
            "The environment ran longer than a call may (GYM_HTTP_MAX_CALL_SECONDS) and was interrupted; nothing "
            "was changed. Ask for less in one call, or raise the limit."
        ) from None
    finally:
        _here.limit = None
        _watch.remove(limit)


def interruptible(function: Callable[[T], R], argument: T) -> R:
    """Call an environment's own code, which may be interrupted where this thread's call has a limit.

    It takes one argument, since to pass on any number takes as long as all else here.
    """
    limit = _here.limit
    if limit is None:
        return function(argument)
    limit.open = True
    if limit.late:
        limit.refuse()
    try:
        return function(argument)
    finally:
        limit.open = False
        if limit.late:
            limit.settle()
