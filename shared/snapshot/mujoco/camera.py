"""The view of a MuJoCo environment: its camera, which is state, and its OpenGL context, which is not.

Gymnasium makes a viewer at the first frame, which takes 0.3 s with Mesa's software renderer. The viewer then
looks, for good, at where the model was at that moment. So the camera is carried, and a restored environment makes
its viewer at its next frame.
"""

import threading
import weakref
from collections import OrderedDict
from copy import copy
from functools import cache
from typing import Any

import numpy as np

from shared.errors import SnapshotCorrupt

PRIVATE_NAMES = (
    "gymnasium.envs.mujoco.mujoco_rendering:MujocoRenderer._set_cam_config",
    "gymnasium.envs.mujoco.mujoco_rendering:MujocoRenderer._viewers",
)
"""What this module reads of other packages that is not part of their API."""

MOST_CONTEXTS = 8
"""OpenGL contexts of a thread. Without a graphics card one takes 100 MB, whatever the size of the picture:
MuJoCo's shadow map alone has 4,096 x 4,096 texels."""


class Camera:
    """The attribute `mujoco_renderer`: the fields of its viewer's `MjvCamera`, or None before the first frame."""

    name = "mujoco_renderer"

    def of(self, owner: Any) -> "_CameraOf":
        """The camera of this environment."""
        return _CameraOf(owner.mujoco_renderer)


class _CameraOf:
    def __init__(self, renderer: Any) -> None:
        self._renderer = renderer
        self._given = renderer.default_cam_config

    def read(self) -> Any:
        if self._renderer.viewer is not None:
            return _view(self._renderer.viewer.cam)
        awaiting = self._renderer.default_cam_config
        return None if awaiting is self._given else awaiting

    def write(self, value: Any) -> None:
        match value:
            case None:
                # A viewer of a later state would keep looking at where the model was then.
                release(self._renderer)
                self._renderer.default_cam_config = self._given
            case {"lookat": np.ndarray()}:
                # The renderer sets these on each viewer that it makes, after it has chosen where to look.
                self._renderer.default_cam_config = value
                if self._renderer.viewer is not None:
                    self._renderer._set_cam_config()
            case _:
                raise SnapshotCorrupt("The camera in the snapshot is not one of MuJoCo's.")


def _view(camera: Any) -> dict[str, Any]:
    """The fields of an `MjvCamera`."""
    return {name: getattr(camera, name) for name in _fields(camera.__class__)}


@cache
def _fields(kind: type) -> tuple[str, ...]:
    return tuple(sorted(name for name, member in vars(kind).items() if isinstance(member, property)))


_unfreed: set[Any] = set()
"""The `MjrContext` of every viewer that drew and has not been released.

A context that Python collects frees its OpenGL objects by their numbers, in whichever context is current: that may
be another environment's, which then draws without them. So each is held here until it is freed. The context of an
environment that is never closed still goes with its viewer, and the pictures' memory with it.
"""


class _Recent(threading.local):
    """The renderers with an OpenGL context on one thread, by their ids; the one used last is the last."""

    def __init__(self) -> None:
        self.renderers: OrderedDict[int, weakref.ref[Any]] = OrderedDict()


_recent = _Recent()


def make_current(renderer: Any) -> None:
    """Make the environment's OpenGL context, if it has one, the current one of the thread.

    The renderer does so only when it makes a viewer. Of two environments that take turns on one thread, the first
    would silently draw with the textures and shapes of the second.
    """
    if renderer.viewer is not None:
        renderer.viewer.make_context_current()


def keep(renderer: Any) -> None:
    """Hold the context of a viewer that may have been made just now."""
    if renderer.viewer is not None:
        _unfreed.add(renderer.viewer.con)


def keep_few(renderer: Any) -> None:
    """As `keep`, and free the contexts of the environments that drew longest ago, so that `MOST_CONTEXTS` remain.

    Their next viewers will have the cameras that those have now. So this is for environments of which a viewer
    holds no other state.
    """
    if renderer.viewer is None:
        return
    keep(renderer)
    renderers, name = _recent.renderers, id(renderer)
    if name in renderers:
        renderers.move_to_end(name)
    else:
        renderers[name] = weakref.ref(renderer, lambda _: renderers.pop(name, None))
    _free_beyond(MOST_CONTEXTS)


def make_room(renderer: Any) -> None:
    """Free one of the few contexts before a frame that needs a new one, so that there is never one more."""
    if renderer.viewer is None:
        _free_beyond(MOST_CONTEXTS - 1)


def _free_beyond(number: int) -> None:
    renderers = _recent.renderers
    while len(renderers) > number:
        oldest = renderers.popitem(last=False)[1]()
        if oldest is not None and oldest.viewer is not None:
            camera = {name: copy(value) for name, value in _view(oldest.viewer.cam).items()}
            release(oldest)
            oldest.default_cam_config = camera


def release(renderer: Any) -> None:
    """Free what the renderer holds in OpenGL. It makes a new viewer at its next frame."""
    _recent.renderers.pop(id(renderer), None)
    for viewer in renderer._viewers.values():
        viewer.make_context_current()
        viewer.con.free()
        viewer.free()
        _unfreed.discard(viewer.con)
    renderer._viewers.clear()
    renderer.viewer = None
