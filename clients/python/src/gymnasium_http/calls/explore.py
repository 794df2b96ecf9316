"""Explorations: many futures of one state, in one call."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

EnvT = TypeVar("EnvT")

Column = Literal["returns", "steps", "terminations", "truncations", "observations", "actions", "rewards", "infos"]


@dataclass
class Futures(Generic[EnvT]):
    """What each future came to: an array with a first axis over the futures where possible, else a list.

    What was not included is None.
    """

    returns: Any = None
    """The sums of their rewards, discounted."""
    steps: Any = None
    """How many actions were applied: fewer than asked for where an episode ended."""
    terminations: Any = None
    truncations: Any = None
    observations: Any = None
    """The last of each."""
    actions: Any = None
    """A list with those of each."""
    rewards: Any = None
    """A list with those of each."""
    infos: Any = None
    """The last of each."""
    kept: dict[int, EnvT] = field(default_factory=dict)
    """By the future's index: an environment that has gone there."""


def body(
    sequences: Any,
    drawn: dict[str, Any],
    include: Sequence[Column],
    keep: int | Sequence[int] | None,
    options: dict[str, Any],
) -> dict[str, Any]:
    """The body of the call."""
    if (sequences is None) == (drawn["policy"] is None):
        raise ValueError("Pass either sequences or a policy, not both or neither.")
    chosen = {"sequences": sequences} if sequences is not None else drawn
    given = {**chosen, **options, "include": list(include)}
    if keep is not None:
        given["keep"] = {"best": keep} if isinstance(keep, int) else {"indices": [int(each) for each in keep]}
    return {name: value for name, value in given.items() if value is not None}
