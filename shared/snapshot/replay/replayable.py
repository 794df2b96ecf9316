"""The part of an environment that is replayed, and what a replay must know of it."""

from contextlib import AbstractContextManager
from itertools import takewhile
from typing import Any, Protocol

import gymnasium
import numpy as np

from shared.snapshot.attributes.state import class_path
from shared.snapshot.attributes.wrapper_state import WRAPPER_STATE
from shared.snapshot.contract.calls import Call
from shared.snapshot.generators.generators import layers


class Replayable(Protocol):
    """The core: the environment itself with any wrapper that is not known."""

    @property
    def restarts(self) -> bool:
        """Whether a reset can clear the core, so that of its past only `residue` and the generators count."""

    def clear(self) -> bool:
        """Clear the core, before the reset that follows. False if it cannot be cleared at this point."""

    def residue(self) -> Any:
        """What the cleared core has and a new one lacks, as plain data, without its generators."""

    def set_residue(self, value: Any) -> None:
        """Give a new core what `residue` read from a cleared one."""

    def versions(self) -> dict[str, str]:
        """Versions of what the calls' results depend on, besides the mechanism's `libraries`."""

    def generators(self) -> list[np.random.Generator]:
        """The generators that the core's calls draw from."""

    def perform(self, call: Call) -> Any:
        """Make the call and return its result."""

    def unseen(self) -> AbstractContextManager[None]:
        """Within this context results are discarded, so rendering may be skipped."""

    def fingerprint(self) -> Any:
        """A part of the state, as plain data, in which an inexact replay would show."""

    def replay_s(self) -> float:
        """Estimated seconds of replaying the calls since the core was made or last cleared."""

    def close(self) -> None:
        """Release what the core holds outside the Python heap."""


def core_depth(env: gymnasium.Env[Any, Any]) -> int:
    """The number of wrappers around the core; the state of each is known."""
    known = (class_path(layer) in WRAPPER_STATE for layer in layers(env))
    return sum(takewhile(bool, known))
