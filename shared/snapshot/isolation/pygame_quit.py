"""Closing one environment without shutting pygame down for all others.

The `close` of Gymnasium's own and many other environments ends with `pygame.quit()`. In a server that takes the
fonts and the display from every other environment of the process, and in some builds ends it.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_MODULES = ("pygame", "pygame.display", "pygame.font", "pygame.mixer", "pygame.joystick")

_lock = threading.Lock()
_inside = 0
_real: list[tuple[Any, Any]] = []
"""Modules and their own `quit`, while it is replaced."""


@contextmanager
def pygame_kept() -> Iterator[None]:
    """Within this context `pygame.quit` and its parts' do nothing, on whatever thread they are called."""
    _enter()
    try:
        yield
    finally:
        _leave()


def _enter() -> None:
    global _inside
    with _lock:
        _inside += 1
        known = [module for module, _ in _real]
        module: Any
        for module in map(sys.modules.get, _MODULES):
            if hasattr(module, "quit") and module not in known:
                _real.append((module, module.quit))
                module.quit = _stay


def _leave() -> None:
    global _inside
    with _lock:
        _inside -= 1
        while not _inside and _real:
            module, quit_ = _real.pop()
            module.quit = quit_


def _stay() -> None:
    """Stand in for `quit`."""
