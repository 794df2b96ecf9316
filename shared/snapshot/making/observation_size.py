"""How large an observation may become by what a client puts around an environment."""

from collections.abc import Mapping
from math import prod
from typing import Any

import gymnasium
from gymnasium import spaces

from shared.errors import NotCreatable

MOST_BYTES = 1 << 26
"""The most that the observations of all of an instance's environments may take together."""

_REPEATS = {"FrameStackObservation": "stack_size", "DelayObservation": "delay"}
"""Wrappers that hold the observation several times, and the parameter that says how often."""

_FLATTENS = ("FlattenObservation", "TimeAwareObservation")


def check_wrapper(space: gymnasium.Space[Any], name: str, kwargs: Mapping[str, Any]) -> None:
    """Refuse a wrapper before it asks for the memory of an observation that is too large.

    Raises:
        NotCreatable: it would be.
    """
    repeats = kwargs.get(_REPEATS.get(name, ""), 1)
    check_observation_size(space, repeats if isinstance(repeats, int) else 1)
    if name in _FLATTENS and space.is_np_flattenable:
        _check(8 * spaces.flatdim(space))


def check_observation_size(space: gymnasium.Space[Any], times: int) -> None:
    """Refuse observations that take too much together.

    Raises:
        NotCreatable: `times` of them take more than is allowed.
    """
    _check(times * _bytes(space))


def _check(size: int) -> None:
    if size > MOST_BYTES:
        raise NotCreatable(
            f"An observation would take {size} bytes, and {MOST_BYTES} is the most; ask for smaller or fewer ones."
        )


def _bytes(space: gymnasium.Space[Any]) -> int:
    if isinstance(space, spaces.Dict | spaces.Tuple):
        return sum(map(_bytes, space.spaces.values() if isinstance(space, spaces.Dict) else space.spaces))
    if space.shape is None or space.dtype is None:
        return 1
    return prod(space.shape) * space.dtype.itemsize
