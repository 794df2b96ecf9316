"""Gymnasium's MuJoCo environments, versions 4 and 5.

MuJoCo ends the process, without an exception, over a camera or a body that its model does not have, and over
sizes that it cannot use. So both are checked here.
"""

from collections.abc import Mapping
from typing import Any

from shared.families.family import Family, UnsuitableArgument

_COUNTS = ("frame_skip", "width", "height", "max_geom")
_FLAGS = 64  # more than MuJoCo has; a number past its last raises an IndexError at the first frame

_FREE, _TRACKING, _FIXED, _USER = range(4)
"""The values of `mujoco.mjtCamera`."""

_NUMBERS = ("distance", "azimuth", "elevation")
_INDICES = ("type", "fixedcamid", "trackbodyid", "orthographic")


def _check_kwargs(env_id: str, kwargs: Mapping[str, Any]) -> None:
    def refuse(name: str, wanted: str) -> UnsuitableArgument:
        return UnsuitableArgument(f"{name} is {kwargs[name]!r}; send {wanted}.")

    for name in _COUNTS:
        if name in kwargs and not (type(kwargs[name]) is int and kwargs[name] > 0):
            raise refuse(name, "a positive integer")
    if kwargs.get("camera_id") is not None and type(kwargs["camera_id"]) is not int:
        raise refuse("camera_id", "an integer from -1")
    if kwargs.get("camera_name") is not None and not isinstance(kwargs["camera_name"], str):
        raise refuse("camera_name", "a camera's name")
    if kwargs.get("default_camera_config") is not None and not _is_camera(kwargs["default_camera_config"]):
        raise refuse(
            "default_camera_config",
            f"an object of {', '.join((*_NUMBERS, *_INDICES))} (numbers) and lookat (three)",
        )
    if kwargs.get("visual_options") is not None and not _are_flags(kwargs["visual_options"]):
        raise refuse("visual_options", "an object from the numbers of mujoco.mjtVisFlag to true or false")


def _is_camera(config: Any) -> bool:
    return isinstance(config, Mapping) and all(
        (name in _NUMBERS and type(value) in (int, float))
        or (name in _INDICES and type(value) is int)
        or (name == "lookat" and _are_three_numbers(value))
        for name, value in config.items()
    )


def _are_three_numbers(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 3 and all(type(each) in (int, float) for each in value)


def _are_flags(options: Any) -> bool:
    return isinstance(options, Mapping) and all(
        isinstance(key, str) and key.isdecimal() and int(key) < _FLAGS and type(value) is bool
        for key, value in options.items()
    )


def _constructor_kwargs(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of `visual_options` are integers, which JSON does not have as keys."""
    taken = dict(kwargs)
    if taken.get("visual_options"):
        taken["visual_options"] = {int(key): value for key, value in taken["visual_options"].items()}
    return taken


def _check_made(env_id: str, env: Any) -> None:
    """Refuse a view that the model does not have. MuJoCo would end the process at the first frame."""
    model, renderer = env.unwrapped.model, env.unwrapped.mujoco_renderer
    config = renderer.default_cam_config or {}
    fixed = config.get("fixedcamid", -1)
    views = [("camera_id", renderer.camera_id, -1, model.ncam), ("fixedcamid", fixed, -1, model.ncam)]
    views += [("trackbodyid", config.get("trackbodyid", -1), -1, model.nbody)]
    views += [("type", config.get("type", _FREE), _FREE, _USER + 1)]
    if config.get("type") == _FIXED:
        views += [("fixedcamid", fixed, 0, model.ncam)]
    if config.get("type") == _TRACKING:
        views += [("trackbodyid", config.get("trackbodyid", -1), 0, model.nbody)]
    for name, value, least, end in views:
        if not least <= value < end:
            had = f"{least} to {end - 1}" if end > least else "none"
            raise UnsuitableArgument(f"The view's {name} is {value}; the model of {env_id} has {had}.")


MUJOCO = Family(
    "mujoco",
    packages=("gymnasium.envs.mujoco",),
    needs="mujoco",
    mechanisms={
        "mujoco": "shared.snapshot.mujoco.mechanism:MUJOCO",
        "mujoco-drawn": "shared.snapshot.mujoco.mechanism:MUJOCO_DRAWN",
    },
    check_kwargs=_check_kwargs,
    constructor_kwargs=_constructor_kwargs,
    native_kwargs=frozenset(("max_geom", "camera_id", "camera_name", "default_camera_config", "visual_options")),
    check_made=_check_made,
    frames_every=20,  # a frame takes 0.1 s where OpenGL runs in software
)
