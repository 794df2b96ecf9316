"""The OpenGL context of any environment that draws with Gymnasium's `MujocoRenderer`, as a replay needs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from shared.snapshot.mujoco.camera import keep, make_current, release

PRIVATE_NAMES = ("gymnasium.envs.mujoco.mujoco_rendering:MujocoRenderer._get_viewer",)
"""What this module reads of other packages that is not part of their API."""

_RENDERER = ("gymnasium.envs.mujoco.mujoco_rendering", "MujocoRenderer")
_RENDER = ("gymnasium.envs.mujoco.mujoco_env", "MujocoEnv.render")


class GLContext:
    """The context of one environment."""

    def __init__(self, env: Any) -> None:
        self._renderer = env.unwrapped.mujoco_renderer
        self._mode = env.unwrapped.render_mode
        self.only_shows = (type(env).render.__module__, type(env).render.__qualname__) == _RENDER
        """Whether a frame changes nothing of the environment but what `open` does; a `render` of its own may."""

    @contextmanager
    def current(self) -> Iterator[None]:
        """Within this context manager the environment draws in its own OpenGL context."""
        make_current(self._renderer)
        try:
            yield
        finally:
            keep(self._renderer)

    def open(self) -> None:
        """Make the viewer if there is none, since it looks, for good, at where the model is then."""
        self._renderer._get_viewer(self._mode)

    def close(self) -> None:
        """Free the context."""
        release(self._renderer)


def draws(env: Any) -> bool:
    """Whether the environment draws frames with Gymnasium's renderer."""
    renderer = getattr(env.unwrapped, "mujoco_renderer", None)
    kinds = ((kind.__module__, kind.__qualname__) for kind in type(renderer).__mro__)
    return env.unwrapped.render_mode is not None and _RENDERER in kinds
