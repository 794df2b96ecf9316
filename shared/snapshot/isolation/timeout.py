"""A time limit on an environment's code: Python code that runs too long is interrupted where it is.

Another thread raises the interruption with `PyThreadState_SetAsyncExc`, and it arrives between any two bytecodes.
It must never arrive in our own code. So `within` sets the limit for everything that a thread does for one call,
and `interruptible` opens a window around each call of the environment in it. If the limit passes outside a window,
the next window raises it as an ordinary exception instead of opening.

Native code that does not return cannot be interrupted. After a grace period the process ends itself, if it was
told that something replaces it (`give_up_when_stuck`).
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

from shared.errors import CallTooLong, EnvironmentRaised

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

GRACE_S = 2.0
"""Seconds after its limit in which a call may still return, before it is given up."""

STUCK = 70
"""The exit status of a process that ends itself: EX_SOFTWARE of sysexits.h."""

_TICK_S = 0.25


class Interrupted(BaseException):
    """Raised inside an environment that runs too long. No `except Exception` of its code swallows it."""


class _Limit:
    """One thread's call in progress, shared with the watch.

    No lock is needed: each flag has one writer, which reads the other side's flag only after it has set its own.
    """

    # Class attributes: a call that is in time sets `open` only.
    open = False
    """Whether the window is open. Set by the call's thread."""
    late = False
    """Whether the limit has passed. Set by the watch before it looks at `open`."""
    raised = False
    """Whether the watch saw an open window and raised `Interrupted` in it."""
    missed = False
    """Whether the watch saw no open window, so that the next one has to raise."""

    def __init__(self, at: float) -> None:
        self.at = at
        self.thread = threading.get_ident()

    def refuse(self) -> None:
        """Raise in place of opening the window: the limit has passed."""
        self.open = False
        self.settle()
        raise Interrupted

    def settle(self) -> None:
        """Wait until the watch has decided, so that its exception arrives here or not at all."""
        while not (self.raised or self.missed):
            time.sleep(0)
        if self.raised:
            # The exception has arrived already, and the environment swallowed it.
            raise Interrupted


class _Watch:
    """A thread that looks at the calls in progress four times a second, and sleeps while there are none."""

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
                if self._running:  # a call began while this thread was falling asleep, and did not wake it
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
        limit.missed = True


def _end_process() -> None:
    print(f"An environment's call does not return; process {os.getpid()} ends.", file=sys.stderr, flush=True)
    faulthandler.dump_traceback()
    os._exit(STUCK)


class _Here(threading.local):
    limit: _Limit | None = None


_watch = _Watch()
_here = _Here()


def give_up_when_stuck() -> None:
    """From now on, end the process with a traceback of every thread when an interrupted call does not return.

    For a process that is replaced when it ends and whose state is elsewhere.
    """
    _watch.give_up()


def within(seconds: float, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call the function, and interrupt an environment's code in it that still runs after so many seconds.

    Raises:
        CallTooLong: it was interrupted. The environment's state is undefined.
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
    """Call an environment's own code, which may be interrupted if this thread's call has a limit.

    It takes exactly one argument: `*args` would double the time that this takes.

    Raises:
        EnvironmentRaised: it raised what would end more than this call: the process (SystemExit,
            KeyboardInterrupt) or a generator or coroutine of ours (GeneratorExit, StopIteration).
    """
    limit = _here.limit
    try:
        if limit is None:
            return function(argument)
        limit.open = True
        if limit.late:
            limit.refuse()
        return function(argument)
    except Interrupted:
        raise
    except BaseException as error:
        if isinstance(error, Exception) and not isinstance(error, StopIteration | StopAsyncIteration):
            raise
        raise EnvironmentRaised(error) from error
    finally:
        if limit is not None:
            limit.open = False
            if limit.late:
                limit.settle()
