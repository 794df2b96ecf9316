"""Atari games, as the Arcade Learning Environment's package `ale_py` registers them."""

from collections.abc import Mapping
from typing import Any

from shared.families.family import Family, UnsuitableArgument

_MOST_FRAMES = 256
"""Frames that one step may take; ALE has no bound of its own and runs them all."""


def _check_kwargs(env_id: str, kwargs: Mapping[str, Any]) -> None:
    # For a game that needs two players, such as combat, ALE finds no mode and calls `exit`.
    if "game" in kwargs:
        raise UnsuitableArgument("The argument game cannot be given; create the game's own id.")
    frameskip = kwargs.get("frameskip", 1)
    for frames in frameskip if isinstance(frameskip, list) else [frameskip]:
        if not (type(frames) is int and 0 < frames <= _MOST_FRAMES):
            raise UnsuitableArgument(
                f"frameskip is {frameskip!r}; send 1 to {_MOST_FRAMES}, or a list of two such numbers.",
            )


def _constructor_kwargs(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """`AtariEnv` takes a range of frames as a tuple only."""
    frameskip = kwargs.get("frameskip")
    return {**kwargs, "frameskip": tuple(frameskip)} if isinstance(frameskip, list) else dict(kwargs)


ATARI = Family(
    "atari",
    packages=("ale_py",),
    needs="ale_py",
    registered_by="ale_py",
    namespace="ALE",
    mechanisms={"ale": "shared.snapshot.ale.mechanism:ALE"},
    check_kwargs=_check_kwargs,
    constructor_kwargs=_constructor_kwargs,
    native_kwargs=frozenset({"mode", "difficulty", "max_num_frames_per_episode"}),
)
