"""The contract of a snapshot mechanism, which carries environments exactly from one process to another.

Exactly means: after a restore in another process, every later call returns the same bits as if the environment had
never been interrupted. That covers observations, rewards, flags, info, rendered frames, unseeded resets, and the
generators of the environment and its spaces. A mechanism that cannot promise this for an environment says so in
`suits`. It never restores an approximation.

`conformance/testing.py` has this contract as tests to inherit.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Protocol

import gymnasium

from shared.snapshot.contract.calls import Call, Step
from shared.snapshot.contract.recipe import Recipe


class Home(Enum):
    """Where the calls on an environment are made."""

    LOOP = "loop"
    """On the event loop while a call and a restore take well under a millisecond, otherwise on a worker."""
    EITHER = "either"
    """On a worker, or on the event loop while calls are short and draw nothing. Restored on a worker.

    For environments whose libraries keep nothing by thread, as OpenGL does.
    """
    WORKER = "worker"
    """On one thread of a small pool, always the same."""
    GRAPHICS = "graphics"
    """On the one thread that owns all OpenGL contexts. From any other, frames are black, without an error."""
    ALONE = "alone"
    """On one thread, which is theirs, as is the one engine that a process can hold. Long calls have no turns."""


class Subject(Protocol):
    """A live environment in the hands of its mechanism.

    Its calls never overlap, and all come from one thread unless its home is `EITHER`. A subject that adds nothing
    to a step may also have `step(action)`, a shorter way to `apply(Step(action))`. One whose environment has
    the same two spaces for life says so by `keeps_spaces = True`.
    """

    env: gymnasium.Env[Any, Any]

    def apply(self, call: Call) -> Any:
        """Make the call on the environment and return what it returned.

        The environment's exceptions pass through. The subject is not used again after one.
        """

    def capture(self) -> bytes:
        """The state as bytes. An unchanged subject returns equal bytes, so that only changes are written."""

    def restore(self, body: bytes) -> None:
        """Continue from `body`, which was captured from a subject of an equal recipe.

        The environment may have been used before. The service has verified the signature of `body`.

        Raises:
            SnapshotCorrupt: the bytes do not fit the environment.
            SnapshotDiverged: the restored state fails a check.
        """

    def close(self) -> None:
        """Release what the environment holds outside Python's memory."""


class EpisodicSubject(Subject, Protocol):
    """One whose snapshots may hold only what came since the last reset."""

    def capture_alone(self) -> bytes:
        """The state by what came since the last reset alone, whatever else `capture` keeps to be sure."""


class Mechanism(Protocol):
    """One way to carry environments.

    A mechanism whose environments are slow to make may also have `rebuild(recipe) -> Subject | None`, which
    returns a closed subject that it has kept, to be restored next, or None. One with `takes_over = True` restores
    much faster than it makes an environment, and lets a live one whose calls all went well go on as another of an
    equal recipe. One whose bodies depend on more
    distributions than `libraries` may also have `versions_of(body) -> Mapping[str, str]`, which reads their
    versions and nothing else of the body. One whose subjects are `EpisodicSubject`s says so by `episodic = True`,
    and is tried on many episodes. One whose bodies may grow with the calls in place of a state has `grows(body)`,
    which tells whether this one does: an environment of which all do is better carried since its last reset.
    One all of whose bodies do says so by `makes_calls_again = True`, and is tried with the same calls twice.
    One of whose environments a process cannot hold two has `begin(recipe, make) -> Subject`, which makes the
    environment itself, by `make(recipe)`, where there is room for it.
    """

    name: str
    """Part of every snapshot. A change of the bytes' form needs a new name."""

    libraries: tuple[str, ...]
    """Distributions, besides gymnasium and numpy, on whose versions the bytes depend."""

    home: Home
    """Where the calls on its environments are made."""

    def suits(self, env: gymnasium.Env[Any, Any]) -> bool:
        """Whether this mechanism claims to carry `env`, which is new, exactly."""

    def adopt(self, env: gymnasium.Env[Any, Any], recipe: Recipe) -> Subject:
        """Take a new environment, made from the recipe, on which no call has been made."""


_MOST_REPEATS = 64


def home_of(mechanism: Mechanism, recipe: Recipe) -> Home:
    """Where the calls on an environment of this recipe are made.

    One that draws stays off the event loop: a frame takes milliseconds, the first one imports pygame, and with
    LunarLander's flames it takes seconds. So does one whose step repeats many: it is short after an
    episode's end, and long at once after the next reset.
    """
    moves = mechanism.home in (Home.LOOP, Home.EITHER)
    return Home.WORKER if moves and (recipe.draws or recipe.repeats > _MOST_REPEATS) else mechanism.home


def stepper(subject: Subject) -> Callable[[Any], Any]:
    """A function that steps the subject with an action: its own `step`, or `apply` of a `Step`."""
    own: Callable[[Any], Any] | None = getattr(subject, "step", None)
    return own or (lambda action: subject.apply(Step(action)))


def keeps_spaces(subject: Subject) -> bool:
    """Whether no call on the environment puts another space in the place of one of its own."""
    return bool(getattr(subject, "keeps_spaces", False))


def is_episodic(mechanism: Mechanism) -> bool:
    """Whether its subjects are `EpisodicSubject`s."""
    return bool(getattr(mechanism, "episodic", False))


def makes_calls_again(mechanism: Mechanism) -> bool:
    """Whether all of its bodies hold calls in place of a state."""
    return bool(getattr(mechanism, "makes_calls_again", False))


def grows_in(mechanism: Mechanism, body: bytes) -> bool:
    """Whether the body holds calls in place of a state, ever more of them."""
    own: Callable[[bytes], bool] | None = getattr(mechanism, "grows", None)
    return own is not None and own(body)


def versions_in(mechanism: Mechanism, body: bytes) -> Mapping[str, str]:
    """The versions, by distribution, that the body itself says it depends on.

    Raises:
        SnapshotCorrupt: the bytes are none that the mechanism writes.
    """
    own: Callable[[bytes], Mapping[str, str]] | None = getattr(mechanism, "versions_of", None)
    return {} if own is None else own(body)
