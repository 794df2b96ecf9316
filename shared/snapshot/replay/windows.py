"""The windows of pyglet that an environment draws in, each with its own OpenGL context, as a replay needs them.

Which is current is the process's, and pyglet takes it from one window to another by itself. A window that Python
collects, at any moment and on any thread, leaves no context current, or not the environment's. MiniWorld then
compiles its walls in a reset into nothing. On a thread that does not own pyglet's first context, it also leaves
behind that there are no extensions, and whatever is made afterwards draws without multisampling.

So a window is current for every call on its environment, and is closed with it.

All contexts of pyglet's share their textures and renderbuffers, so that none goes with its context. MiniWorld
makes some for each environment, of 36 MB for the picture that a person would see, and deletes none. So these are
deleted before the window is closed.
"""

import logging
import sys
from collections.abc import Iterator, Mapping
from ctypes import byref
from typing import Any

import gymnasium

from shared.snapshot.generators.generators import layers

_GL = "pyglet.gl"
_INFO = "pyglet.gl.gl_info"
"""The module that keeps what a context can do, read once from the one that is current."""

FRAMEBUFFERS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("miniworld.opengl", "FrameBuffer"): ("multi_fbo", "final_fbo")
}
"""By module and class of what an environment has as an attribute, which of its attributes name framebuffers."""

PRIVATE_NAMES = ("miniworld.opengl:FrameBuffer",)
"""What this module reads of other packages that is not part of their API."""

_log = logging.getLogger(__name__)


def make_window_current(env: gymnasium.Env[Any, Any]) -> None:
    """Make the environment's own context current, if it has a window of pyglet's."""
    for window in _windows_of(env):
        window.switch_to()
        return


def close_windows(env: gymnasium.Env[Any, Any]) -> None:
    """Close those that the environment has left open, on the thread on which it was made."""
    found = [*_windows_of(env)]
    if found:
        try:
            found[0].switch_to()
            _delete_render_targets(env)
        except Exception:  # pyglet's own, which tells of each error of OpenGL's
            _log.warning("what an environment drew into could not be deleted", exc_info=True)
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


def _delete_render_targets(env: gymnasium.Env[Any, Any]) -> None:
    """Delete the framebuffers that the environment has, and what is attached to them. Its context is current."""
    gl = sys.modules.get(_GL)
    if gl is None:
        return
    for layer in layers(env):
        for value in [*vars(layer).values()]:
            kind = type(value)
            for name in FRAMEBUFFERS.get((kind.__module__, kind.__qualname__), ()):
                _delete(gl, getattr(value, name))


def _delete(gl: Any, framebuffer: Any) -> None:
    gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, framebuffer)
    for point in (gl.GL_COLOR_ATTACHMENT0, gl.GL_DEPTH_ATTACHMENT):
        kind = _told(gl, point, gl.GL_FRAMEBUFFER_ATTACHMENT_OBJECT_TYPE)
        name = gl.GLuint(_told(gl, point, gl.GL_FRAMEBUFFER_ATTACHMENT_OBJECT_NAME) if kind else 0)
        if kind == gl.GL_TEXTURE:
            gl.glDeleteTextures(1, byref(name))
        elif kind == gl.GL_RENDERBUFFER:
            gl.glDeleteRenderbuffers(1, byref(name))
    gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, 0)
    gl.glDeleteFramebuffers(1, byref(framebuffer))


def _told(gl: Any, point: int, about: int) -> int:
    found = gl.GLint()
    gl.glGetFramebufferAttachmentParameteriv(gl.GL_FRAMEBUFFER, point, about, byref(found))
    value: int = found.value
    return value
