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
    """The part of an environment that is replayed: the environment itself and any wrapper that is not known."""

    restarts: bool
    """Whether there is a point within a reset at which only `remains` and the generators count of the past."""

    def clear(self) -> bool:
        """Bring the core to that point, where the reset that follows finds it; False if it is not there then."""

    def remains(self) -> Any:
        """What a cleared core has that a new one has not, as plain data; its generators are not among it."""

    def set_remains(self, value: Any) -> None:
        """Make a new core like the cleared one whose `remains` these are."""

    def versions(self) -> dict[str, str]:
        """The versions of what the calls' results depend on, besides what the mechanism names."""

    def generators(self) -> list[np.random.Generator]:
        """The generators that the core's calls draw from."""

    def perform(self, call: Call) -> Any:
        """Make the call and return what came of it."""

    def unseen(self) -> AbstractContextManager[None]:
        """While it is open, calls are made whose results nobody sees, and which may leave them out."""

    def witness(self) -> Any:
        """Something of the state, as plain data, that a replay which is not exact would hardly give again."""

    def replay_s(self) -> float:
        """An estimate of the seconds that replaying the calls takes, since it was made or last cleared."""

    def close(self) -> None:
        """Release what it holds outside the Python heap."""


def core_depth(env: gymnasium.Env[Any, Any]) -> int:
    """How many wrappers there are around the core; the state of each is known."""
    known = (class_path(layer) in WRAPPER_STATE for layer in layers(env))
    return sum(takewhile(bool, known))
