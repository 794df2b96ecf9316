"""Continuing snapshots in a fresh interpreter, with another hash seed, and telling what came out.

What is captured wrongly but shared through memory, a module's globals or the hash seed shows only there.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from shared.errors import GymHTTPError, JournalFull, NotExact
from shared.snapshot.contract.calls import Call
from shared.snapshot.contract.digest import digest_after
from shared.snapshot.contract.mechanism import Subject
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.isolation.child_process import ChildEnded, in_child
from shared.snapshot.making.make import make, register_environments
from shared.snapshot.making.vector import adopt, made
from shared.snapshot.registry import mechanism_named

REUSED = 20
"""How many calls of each tail are made again by an environment that was used before."""


@dataclass(frozen=True)
class Trial:
    """What is to be done there: continue each snapshot through its calls, and restore before every one of a chain.

    The first snapshot precedes all calls, and is where the chain begins.
    """

    modules: tuple[str, ...]
    recipe: Recipe
    mechanism: str
    tails: list[tuple[bytes, list[Call]]]
    chain: list[Call]


@dataclass(frozen=True)
class Findings:
    """The digests of every result, and how long each restore took in seconds."""

    tails: list[list[str]]
    chain: list[str]
    restore_s: list[float]
    reused: list[list[str]]
    """For each tail its first calls, made by an environment that was used before and restored to its beginning."""


def in_fresh_process(trial: Trial) -> Findings:
    """Carry the trial out in a new interpreter.

    Raises:
        NotExact: it failed there; the end of its error output is told.
    """
    try:
        return in_child(carry_out, None, "4242", trial)
    except ChildEnded as ended:
        raise NotExact(f"{trial.recipe.env_id} cannot be continued in a fresh process, which {ended}") from None
    except GymHTTPError as error:
        raise NotExact(f"{trial.recipe.env_id} cannot be continued in a fresh process: {error.detail}") from error


def carry_out(trial: Trial) -> Findings:
    """Carry the trial out in this process."""
    register_environments(trial.modules)
    mechanism = mechanism_named(trial.mechanism)
    restore_s: list[float] = []

    def restored(subject: Subject, body: bytes) -> Subject:
        began = time.perf_counter()
        subject.restore(body)
        restore_s.append(time.perf_counter() - began)
        return subject

    def chained() -> Iterator[str]:
        # Not from an environment made here: another may be made otherwise where other environments ran before.
        body, _ = trial.tails[0]
        for call in trial.chain:
            # As the service continues an instance; loading an Atari game anew each time took most of its proof.
            subject = restored(made(mechanism, trial.recipe), body)
            yield _told(subject, call)
            body = subject.capture()
            subject.close()

    def continued(subject: Subject, calls: list[Call]) -> list[str]:
        return [_told(subject, call) for call in calls]

    tails, reused = [], []
    previous = adopt(mechanism, make(trial.recipe), trial.recipe)
    for body, calls in trial.tails:
        subject = restored(adopt(mechanism, make(trial.recipe), trial.recipe), body)
        tails.append(continued(subject, calls))
        # A live environment catches up with another process so, and beside others that are alive.
        previous.restore(body)
        reused.append(continued(previous, calls[:REUSED]))
        previous.close()
        previous = subject
    previous.close()
    return Findings(tails, list(chained()), restore_s, reused)


def _told(subject: Subject, call: Call) -> str:
    """The digest of the call's result; of its exception, which an uninterrupted environment did not raise.

    Raises:
        JournalFull: it is not wrong, but cannot go on.
    """
    try:
        result = subject.apply(call)
    except JournalFull:
        raise
    except Exception as error:  # whatever a state that was carried wrongly leads to
        return f"raised {error!r}"
    return digest_after(subject.env, result)
