"""What a snapshot mechanism is: one exact way of carrying an environment between processes.

Exact means: restored in another process, every later call returns the same bits as the environment that was
never interrupted: observation, reward, flags, info, the environment's generators and its spaces', unseeded
resets, rendered frames. A mechanism that cannot promise this for an environment says so in `suits`; it never
restores something near it.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any, Protocol

import gymnasium

from shared.snapshot.contract.calls import Call, Step
from shared.snapshot.contract.recipe import Recipe


class Home(Enum):
    """Where the calls on an environment are made."""

    LOOP = "loop"
    """On the event loop, where a call and a restore take well under a millisecond, or else on a worker."""
    EITHER = "either"
    """On a worker, and where nothing is drawn on the event loop as long as calls are short; restored on a worker.

    For environments whose libraries, unlike OpenGL, keep nothing by thread.
    """
    WORKER = "worker"
    """On a thread of a small pool, always the same one."""
    GRAPHICS = "graphics"
    """On the one thread that owns every OpenGL context: from another, frames come out black, silently."""


class Subject(Protocol):
    """A live environment as its mechanism tends it. It belongs to one thread for life.

    One that does nothing else at a step may also have `step(action)`, the same as `apply(Step(action))`.
    """

    env: gymnasium.Env[Any, Any]

    def apply(self, call: Call) -> Any:
        """Make the call on the environment and return what the environment returned.

        The environment's own exceptions pass through; after one the subject is not used again.
        """

    def capture(self) -> bytes:
        """The state as bytes. An unchanged subject gives the same bytes again, so that a change shows."""

    def restore(self, body: bytes) -> None:
        """Make the environment continue from `body`, captured from a subject of an equal recipe.

        Raises:
            SnapshotCorrupt: the bytes do not fit the environment, or a check of the result failed.
        """

    def close(self) -> None:
        """Release what the environment holds outside the Python heap."""


class Mechanism(Protocol):
    """One way of making environments restorable.

    One whose environments are slow to make may also have `rebuild(recipe) -> Subject | None`: a closed subject
    that it has kept, to be restored next, or None where it has none.
    """

    name: str
    """Stands in every snapshot that it writes; a change of the bytes' form is a new name."""

    libraries: tuple[str, ...]
    """Distributions, besides gymnasium and numpy, on whose versions the captured bytes depend."""

    home: Home
    """Where its environments' calls are made, unless they turn out to be too long for the event loop."""

    def suits(self, env: gymnasium.Env[Any, Any]) -> bool:
        """Whether this mechanism claims to carry `env`, newly made, exactly."""

    def adopt(self, env: gymnasium.Env[Any, Any], recipe: Recipe) -> Subject:
        """Tend a newly made environment that no call has touched."""


def home_of(mechanism: Mechanism, recipe: Recipe) -> Home:
    """Where the calls on what is made from the recipe are made.

    A frame takes milliseconds, and LunarLander's flames seconds: what draws stays off the event loop.
    """
    return Home.WORKER if mechanism.home is Home.EITHER and recipe.draws else mechanism.home


def stepper(subject: Subject) -> Callable[[Any], Any]:
    """A function that steps the subject with an action: its own, or else one that makes a `Step` of it."""
    own: Callable[[Any], Any] | None = getattr(subject, "step", None)
    return own or (lambda action: subject.apply(Step(action)))
