"""Kinds of environments: those of one kind take about as long for a call."""

from hashlib import blake2b
from typing import NamedTuple

import msgspec

from shared.snapshot.contract.recipe import Recipe


class Kind(NamedTuple):
    """What decides how long a call takes: the environment, and everything that a client put on it."""

    env_id: str
    render_mode: str | None
    made_with: bytes = b""
    """A digest of the arguments, the wrappers and the number of environments; empty if there are none.

    Without any, the mechanism knows how long calls are. Of others nobody does.
    """


def kind_of(recipe: Recipe) -> Kind:
    """The kind of the environments that are made from the recipe. Seeds and limits of episodes change nothing."""
    made_with = recipe.kwargs, recipe.wrappers, recipe.num_envs
    if made_with == ({}, (), None):
        return Kind(recipe.env_id, recipe.render_mode)
    return Kind(
        recipe.env_id, recipe.render_mode, blake2b(msgspec.msgpack.encode(made_with), digest_size=16).digest()
    )
