"""The wrappers that a client may use, and the bounds on their arguments."""

from collections.abc import Mapping
from typing import Any

import gymnasium
from gymnasium import wrappers

from shared.errors import NotCreatable
from shared.snapshot.making.observation_size import check_wrapper
from shared.snapshot.making.parameters import Amount, Choice, Flag, Keys, Parameter, Size, Text, argument

_DTYPES = Choice(("float32", "float64", "uint8", "int8", "int16", "int32", "int64"))

ALLOWED: Mapping[str, Mapping[str, Parameter]] = {
    "AddRenderObservation": {"render_only": Flag(), "render_key": Text(), "obs_key": Text()},
    "AddWhiteNoise": {"probability_of_noise_per_pixel": Amount(), "is_noise_grayscale": Flag()},
    "AtariPreprocessing": {
        "noop_max": Size(1000, least=0),
        "frame_skip": Size(64),
        "screen_size": Size(1024),
        "terminal_on_life_loss": Flag(),
        "grayscale_obs": Flag(),
        "grayscale_newaxis": Flag(),
        "scale_obs": Flag(),
    },
    "Autoreset": {},
    "ClipAction": {},
    "ClipReward": {"min_reward": Amount(), "max_reward": Amount()},
    "DelayObservation": {"delay": Size(1024, least=0)},
    "DiscretizeAction": {"bins": Size(1024), "multidiscrete": Flag()},
    "DiscretizeObservation": {"bins": Size(1024), "multidiscrete": Flag()},
    "DtypeObservation": {"dtype": _DTYPES},
    "FilterObservation": {"filter_keys": Keys()},
    "FlattenObservation": {},
    "FrameStackObservation": {"stack_size": Size(64), "padding_type": Choice(("reset", "zero"))},
    "GrayscaleObservation": {"keep_dim": Flag()},
    "MaxAndSkipObservation": {"skip": Size(64, least=2)},
    "NormalizeObservation": {"epsilon": Amount()},
    "NormalizeReward": {"gamma": Amount(), "epsilon": Amount()},
    "ObstructView": {
        "obstructed_pixels_ratio": Amount(),
        "obstruction_width": Size(1024),
        "is_noise_grayscale": Flag(),
    },
    "RecordEpisodeStatistics": {"buffer_length": Size(10_000), "stats_key": Text()},
    "RenderCollection": {"pop_frames": Flag(), "reset_clean": Flag()},
    "RepeatAction": {"num_repeats": Size(64)},
    "RescaleAction": {"min_action": Amount(), "max_action": Amount()},
    "RescaleObservation": {"min_obs": Amount(), "max_obs": Amount()},
    "ReshapeObservation": {"shape": Size(1 << 24)},
    "ResizeObservation": {"shape": Size(1024)},
    "StickyAction": {"repeat_action_probability": Amount(), "repeat_action_duration": Size(1024)},
    "TimeAwareObservation": {"flatten": Flag(), "normalize_time": Flag(), "dict_time_key": Text()},
    "TimeLimit": {"max_episode_steps": Size(1 << 40)},
}

COMPUTED_BY: Mapping[str, str] = {
    "AddRenderObservation": "pygame",
    "AtariPreprocessing": "cv2",
    "ResizeObservation": "cv2",
}
"""Modules, other than Gymnasium and numpy, that compute a wrapper's observations."""

_FUNCTION = "takes a function, which cannot come with a request"
_LIBRARY = "hands out arrays of another library"

LEFT_OUT: Mapping[str, str] = {
    "ArrayConversion": _LIBRARY,
    "HumanRendering": "opens a window",
    "JaxToNumpy": "is not needed, since a reply carries JAX's arrays as they are",
    "JaxToTorch": _LIBRARY,
    "NumpyToTorch": _LIBRARY,
    "OrderEnforcing": "is around every environment already",
    "PassiveEnvChecker": "prints warnings for the author of an environment",
    "RecordVideo": "writes files",
    "TransformAction": _FUNCTION,
    "TransformObservation": _FUNCTION,
    "TransformReward": _FUNCTION,
    "vector": "is a module of wrappers for vectors",
}
"""The other names in `gymnasium.wrappers`, and why each is left out."""


_LONGEST_SHOWN = 80


def wrap(env: gymnasium.Env[Any, Any], name: str, kwargs: Mapping[str, Any]) -> gymnasium.Env[Any, Any]:
    """Put the environment into the named wrapper of `gymnasium.wrappers`.

    Raises:
        NotCreatable: the wrapper is not allowed, or an argument is unknown or out of bounds.
    """
    parameters = ALLOWED.get(name)
    if parameters is None:
        reason = f": it {LEFT_OUT[name]}" if name in LEFT_OUT else ""
        raise NotCreatable(f"No wrapper {name!r} here{reason}; choose from {', '.join(ALLOWED)}.", wrapper=name)
    for key, value in kwargs.items():
        if key not in parameters:
            allowed = ", ".join(parameters) or "none"
            raise NotCreatable(f"{name} has no parameter {key!r}; it takes {allowed}.", wrapper=name)
        if not parameters[key].accepts(value):
            raise NotCreatable(
                f"{name} cannot take {key}={repr(value)[:_LONGEST_SHOWN]}: {parameters[key]}.", wrapper=name
            )
    check_wrapper(env.observation_space, name, kwargs)
    made: gymnasium.Env[Any, Any] = getattr(wrappers, name)(
        env, **{key: argument(parameters[key], value) for key, value in kwargs.items()}
    )
    return made
