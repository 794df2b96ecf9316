"""The view of a MuJoCo environment: its camera, which is state, and its OpenGL context, which is not.

A viewer is made at the first frame and takes 0.3 s with Mesa's software renderer; it then looks for good at
where the model was at that moment. So the camera is carried, and a restored environment makes its viewer when it
next draws.
"""

from functools import cache
from typing import Any

import numpy as np

from shared.errors import SnapshotCorrupt

PRIVATE_NAMES = (
    "gymnasium.envs.mujoco.mujoco_rendering:MujocoRenderer._set_cam_config",
    "gymnasium.envs.mujoco.mujoco_rendering:MujocoRenderer._viewers",
)
"""What this module reads of other packages that is not part of their API."""


class Camera:
    """The attribute `mujoco_renderer`, as the fields of its viewer's `MjvCamera`; None before the first frame."""

    name = "mujoco_renderer"

    def of(self, owner: Any) -> "_CameraOf":
        """The camera of this environment."""
        return _CameraOf(owner.mujoco_renderer)


class _CameraOf:
    def __init__(self, renderer: Any) -> None:
        self._renderer = renderer
        self._given = renderer.default_cam_config
        self._awaiting: Any = None
        """The camera that a viewer not yet made will have."""

    def read(self) -> Any:
        viewer = self._renderer.viewer
        if viewer is None:
            return self._awaiting
        return {name: getattr(viewer.cam, name) for name in _fields(viewer.cam.__class__)}

    def write(self, value: Any) -> None:
        match value:
            case None:
                # A viewer from later in the episode would keep looking at where the model was then.
                release(self._renderer)
                self._renderer.default_cam_config = self._given
            case {"lookat": np.ndarray()}:
                # The renderer sets these on a viewer that it makes, after it has chosen where to look.
                self._renderer.default_cam_config = value
                if self._renderer.viewer is not None:
                    self._renderer._set_cam_config()
            case _:
                raise SnapshotCorrupt("The view in the snapshot is not MuJoCo's.")
        self._awaiting = value


@cache
def _fields(kind: type) -> tuple[str, ...]:
    return tuple(sorted(name for name, member in vars(kind).items() if isinstance(member, property)))


_unfreed: set[Any] = set()
"""The `MjrContext` of every viewer that drew and has not been released.

Python would free one's objects by their numbers in whichever context is current when it drops it, which may be
another environment's, and that one then draws without its own. So none is dropped before it is freed. Where an
environment is never closed its OpenGL context still goes with its viewer, and with it the pictures' memory.
"""


def make_current(renderer: Any) -> None:
    """Make the environment's own OpenGL context the thread's, if it has one.

    The renderer does so only when it makes a viewer: of two environments that draw by turns on one thread the
    first would draw with the textures and shapes of the second, and say nothing.
    """
    if renderer.viewer is not None:
        renderer.viewer.make_context_current()


def keep(renderer: Any) -> None:
    """Note the objects of a viewer that may have been made just now."""
    if renderer.viewer is not None:
        _unfreed.add(renderer.viewer.con)


def release(renderer: Any) -> None:
    """Free what the renderer holds in OpenGL; it makes a new viewer when it next draws."""
    for viewer in renderer._viewers.values():
        viewer.make_context_current()
        viewer.con.free()
        viewer.free()
        _unfreed.discard(viewer.con)
    renderer._viewers.clear()
    renderer.viewer = None
