"""What an environment's code sets in the whole process, separate for each environment.

One that calls `warnings.simplefilter("error")` or `np.seterr(all="raise")` means its own code. Left as set, the
next environment that divides by zero raises. So what a constructor or a call has set is taken back after it, and
is there again during that environment's own calls.

Not covered: signal handlers, which Python lets no thread set on which such an environment runs; and code of other
threads that runs during a call, for which the settings hold too.
"""

import locale
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import gymnasium
import numpy as np

PRIVATE_NAMES = ("warnings:_filters_mutated", "os:environ._data")
"""What this module reads of other packages that is not part of their API."""


class _Setting(NamedTuple):
    """How one of the process's settings is read and set."""

    read: Callable[[], Any]
    write: Callable[[Any], Any]


def _set_filters(filters: Any) -> None:
    warnings.filters[:] = filters  # type: ignore[index]  # typeshed has a sequence, and it is a list
    warnings._filters_mutated()  # type: ignore[attr-defined]  # or what was decided before would go on


def _environ() -> dict[bytes, bytes]:
    variables: dict[bytes, bytes] = os.environ._data  # type: ignore[attr-defined]  # decoded, it takes 50 µs
    return variables.copy()


def _set_environ(variables: Mapping[bytes, bytes]) -> None:
    for name in _environ().keys() - variables.keys():
        del os.environb[name]
    os.environb.update(variables)


def _set_logging_level(level: Any) -> None:
    gymnasium.logger.min_level = level


_SETTINGS: Mapping[str, _Setting] = {
    "warnings.filters": _Setting(lambda: [*warnings.filters], _set_filters),
    "np.seterr": _Setting(np.geterr, lambda kinds: np.seterr(**kinds)),
    "np.set_printoptions": _Setting(np.get_printoptions, lambda options: np.set_printoptions(**options)),
    "os.environ": _Setting(_environ, _set_environ),
    "os.chdir": _Setting(os.getcwd, os.chdir),
    "locale.setlocale": _Setting(
        lambda: locale.setlocale(locale.LC_ALL), lambda name: locale.setlocale(locale.LC_ALL, name)
    ),
    "sys.setrecursionlimit": _Setting(sys.getrecursionlimit, sys.setrecursionlimit),
    "gymnasium.logger.min_level": _Setting(lambda: gymnasium.logger.min_level, _set_logging_level),
}

_lock = threading.RLock()
"""One environment at a time has the process's settings; a call may make another environment."""


class ProcessState:
    """One environment's settings, where they differ from the process's."""

    def __init__(self, own: Mapping[str, Any] | None = None) -> None:
        self._first = dict(own or {})
        """What its constructor has set, as every constructor of its recipe does."""
        self._own = dict(self._first)

    def renewed(self) -> "ProcessState":
        """As the constructor left it, for another environment of the recipe."""
        return ProcessState(self._first)

    @property
    def changed(self) -> list[str]:
        """The settings that are no longer as the constructor left them."""
        return [name for name in _SETTINGS if self._own.get(name) != self._first.get(name)]

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Set this environment's settings, and afterwards the process's own again. Takes some 30 µs."""
        with _lock:
            before = {name: setting.read() for name, setting in _SETTINGS.items()}
            for name, value in self._own.items():
                _SETTINGS[name].write(value)
            try:
                yield
            finally:
                self._own = {}
                for name, setting in _SETTINGS.items():
                    now = setting.read()
                    if now != before[name]:
                        self._own[name] = now
                        setting.write(before[name])

    @contextmanager
    def of_constructor(self) -> Iterator[None]:
        """Within this context the environment is made: what that sets is there whenever it is made."""
        with self.lent():
            yield
        self._first = dict(self._own)


_left: "WeakKeyDictionary[gymnasium.Env[Any, Any], ProcessState]" = WeakKeyDictionary()


def note_constructor(env: gymnasium.Env[Any, Any], state: ProcessState) -> None:
    """Remember what the constructor of the environment has set, until a mechanism tends it."""
    _left[env.unwrapped] = state


def left_by_constructor(env: gymnasium.Env[Any, Any]) -> ProcessState:
    """What the constructor of the environment has set."""
    return _left.get(env.unwrapped) or ProcessState()
