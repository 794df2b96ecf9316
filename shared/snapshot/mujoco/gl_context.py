"""The OpenGL context of an unknown environment that draws by Gymnasium's `MujocoRenderer`, as a replay needs it.

The renderer makes its context current only when it makes a viewer. Of two environments on one thread that draw by
turns the first would draw with the textures and shapes of the second, and say nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from shared.snapshot.mujoco.camera import keep, make_current, release

PRIVATE_NAMES = ("gymnasium.envs.mujoco.mujoco_rendering:MujocoRenderer._get_viewer",)
"""What this module reads of other packages that is not part of their API."""

_RENDERER = ("gymnasium.envs.mujoco.mujoco_rendering", "MujocoRenderer")
_RENDER = ("gymnasium.envs.mujoco.mujoco_env", "MujocoEnv.render")


class GLContext:
    """What an environment draws on."""

    def __init__(self, env: Any) -> None:
        self._renderer = env.unwrapped.mujoco_renderer
        self._mode = env.unwrapped.render_mode
        self.only_shows = (type(env).render.__module__, type(env).render.__qualname__) == _RENDER
        """Whether a frame changes nothing of the environment but what `open` does. A render of its own may."""

    @contextmanager
    def current(self) -> Iterator[None]:
        """While it is open, what the environment draws is drawn in its own context."""
        make_current(self._renderer)
        try:
            yield
        finally:
            keep(self._renderer)

    def open(self) -> None:
        """Make the viewer, if there is none: it looks for good at where the model is then."""
        self._renderer._get_viewer(self._mode)

    def close(self) -> None:
        """Free the context."""
        release(self._renderer)


def draws(env: Any) -> bool:
    """Whether the environment draws frames by Gymnasium's renderer."""
    renderer = getattr(env.unwrapped, "mujoco_renderer", None)
    kinds = ((kind.__module__, kind.__qualname__) for kind in type(renderer).__mro__)
    return env.unwrapped.render_mode is not None and _RENDERER in kinds
