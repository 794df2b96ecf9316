"""The windows of pyglet that an environment draws in, each with its own OpenGL context, as a replay needs them.

Which is current is the process's, and pyglet takes it from one window to another by itself. A window that Python
collects, at any moment and on any thread, leaves no context current, or not the environment's. MiniWorld then
compiles its walls in a reset into nothing. On a thread that does not own pyglet's first context, it also leaves
behind that there are no extensions, and whatever is made afterwards draws without multisampling.

So a window is current for every call on its environment, and is closed with it.
"""

import logging
import sys
from collections.abc import Iterator
from typing import Any

import gymnasium

from shared.snapshot.generators.generators import layers

_INFO = "pyglet.gl.gl_info"
"""The module that keeps what a context can do, read once from the one that is current."""

_log = logging.getLogger(__name__)


def make_window_current(env: gymnasium.Env[Any, Any]) -> None:
    """Make the environment's own context current, if it has a window of pyglet's."""
    for window in _windows_of(env):
        window.switch_to()
        return


def close_windows(env: gymnasium.Env[Any, Any]) -> None:
    """Close those that the environment has left open, on the thread on which it was made."""
    found = [*_windows_of(env)]
    for window in found:
        try:
            window.close()
        except Exception:  # pyglet's own, where its first context is another thread's
            _log.debug("a window failed while it was closed", exc_info=True)
    if found and _INFO in sys.modules:
        sys.modules[_INFO].remove_active_context()  # to be read again from the next context


def _windows_of(env: gymnasium.Env[Any, Any]) -> Iterator[Any]:
    if "pyglet" not in sys.modules:
        return
    for layer in layers(env):
        for value in [*vars(layer).values()]:
            if type(value).__module__.startswith("pyglet.window") and hasattr(value, "switch_to"):
                yield value
