"""Snapshots continued in a fresh interpreter with another hash seed.

State that a mechanism misses, but that survives in memory, in a module's globals or through the hash seed, shows
only there.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from shared.errors import GymHTTPError, JournalFull, NotExact
from shared.snapshot.conformance.new_processes import HASH_SEED
from shared.snapshot.conformance.outcome import Outcome
from shared.snapshot.conformance.run import Run
from shared.snapshot.contract.calls import Call
from shared.snapshot.contract.mechanism import Subject
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.isolation.child_process import ChildEnded, Interpreter, in_process_of
from shared.snapshot.making.make import register_environments
from shared.snapshot.making.vector import begun, subject_to_restore
from shared.snapshot.registry import mechanism_named

_REUSED = 20
"""Calls of each tail that are repeated on an environment that was used before."""


@dataclass(frozen=True)
class Continuations:
    """Snapshots, and the calls with which each is continued."""

    modules: tuple[str, ...]
    """Modules that register the environment."""
    recipe: Recipe
    mechanism: str
    tails: list[tuple[bytes, list[Call]]]
    """Snapshots with the calls after each. The first was taken before any call."""
    chain: list[Call]
    """Calls from the first snapshot on, with a capture and a restore between any two."""
    interpreter: Interpreter | None = None
    """Another one, whose packages may have other versions; None for this one."""


@dataclass(frozen=True)
class Continued:
    """What every call came to, in their order."""

    tails: list[list[Outcome]]
    chain: list[Outcome]
    restore_s: list[float]
    """Seconds that each restore took."""
    reused: list[list[Outcome]]
    """For each tail its first calls, made by a used environment that was restored to its beginning."""


def in_fresh_process(continuations: Continuations) -> Continued:
    """Continue the snapshots in a new process.

    Raises:
        NotExact: they cannot be continued there. The text has the end of its error output.
        JournalFull: the mechanism cannot take so many calls. That is no difference.
        ChildEnded: the time was over.
    """
    env_id = continuations.recipe.env_id
    try:
        interpreter = continuations.interpreter or Interpreter.here()
        return in_process_of(interpreter, carry_out, None, HASH_SEED, continuations)
    except ChildEnded as ended:
        if ended.late:
            raise
        raise NotExact(f"{env_id} cannot be continued in a fresh process, which {ended}") from None
    except JournalFull:
        raise
    except GymHTTPError as error:
        raise NotExact(f"{env_id} cannot be continued in a fresh process: {error.detail}") from error


def carry_out(continuations: Continuations) -> Continued:
    """Continue the snapshots in this process."""
    recipe = continuations.recipe
    register_environments(continuations.modules)
    mechanism = mechanism_named(continuations.mechanism)
    restore_s: list[float] = []

    def restored(subject: Subject, body: bytes) -> Subject:
        began = time.perf_counter()
        subject.restore(body)
        restore_s.append(time.perf_counter() - began)
        return subject

    def chained() -> Iterator[Outcome]:
        # From the snapshot and not from a new environment: after others ran here, a constructor may act otherwise.
        body, _ = continuations.tails[0]
        for call in continuations.chain:
            # As the service restores. Loading an Atari game anew each time took most of the proof.
            run = Run(mechanism, recipe, restored(subject_to_restore(mechanism, recipe), body), body)
            yield run.call(call)
            body = run.subject.capture()
            run.close()

    tails, reused = [], []
    previous = begun(mechanism, recipe)
    for body, calls in continuations.tails:
        run = Run(mechanism, recipe, restored(begun(mechanism, recipe), body), body)
        tails.append([run.call(call) for call in calls])
        # A live environment is restored so, beside others, when another process has written.
        previous.restore(body)
        used = Run(mechanism, recipe, previous, body)
        reused.append([used.call(call) for call in calls[:_REUSED]])
        used.close()
        previous = run.subject
    previous.close()
    return Continued(tails, list(chained()), restore_s, reused)
