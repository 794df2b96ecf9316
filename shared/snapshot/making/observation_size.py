"""A bound on the size of observations, which wrappers can multiply."""

from collections.abc import Mapping
from math import prod
from typing import Any

import gymnasium
from gymnasium import spaces

from shared.errors import NotCreatable

MOST_BYTES = 1 << 26
"""Bytes that one observation of each of an instance's environments may take together."""

_REPEATS = {"FrameStackObservation": "stack_size", "DelayObservation": "delay"}
"""Wrappers that hold several observations, with the parameter that says how many."""

_FLATTENS = ("FlattenObservation", "TimeAwareObservation")


def check_wrapper(space: gymnasium.Space[Any], name: str, kwargs: Mapping[str, Any]) -> None:
    """Refuse a wrapper before it allocates an observation that is too large.

    Raises:
        NotCreatable: around this observation space, the wrapper would.
    """
    repeats = kwargs.get(_REPEATS.get(name, ""), 1)
    check_observation_size(space, repeats if isinstance(repeats, int) else 1)
    if name in _FLATTENS and space.is_np_flattenable:
        _check(8 * spaces.flatdim(space))


def check_observation_size(space: gymnasium.Space[Any], times: int) -> None:
    """Refuse observations that are too large together.

    Raises:
        NotCreatable: `times` observations of the space take more than `MOST_BYTES`.
    """
    _check(times * _bytes(space))


def _check(size: int) -> None:
    if size > MOST_BYTES:
        raise NotCreatable(
            f"The observations would take {size} bytes; {MOST_BYTES} is the most here. Ask for smaller or fewer."
        )


def _bytes(space: gymnasium.Space[Any]) -> int:
    if isinstance(space, spaces.Dict | spaces.Tuple):
        return sum(map(_bytes, space.spaces.values() if isinstance(space, spaces.Dict) else space.spaces))
    if space.shape is None or space.dtype is None:
        return 1
    return prod(space.shape) * space.dtype.itemsize
