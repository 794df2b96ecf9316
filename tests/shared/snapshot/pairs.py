"""A live subject and one restored from it, and whether they answer the same calls alike."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from shared.snapshot.contract.calls import Call, Reset, Step
from shared.snapshot.contract.digest import digest_after
from shared.snapshot.contract.mechanism import Mechanism, Subject
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.make import make, register_environments
from shared.variables import prepare_process

RESET = Reset()


def adopted(mechanism: Mechanism, recipe: Recipe, calls: Sequence[Call] = ()) -> Any:
    """A new subject after the calls."""
    prepare_process()
    register_environments(())
    subject = mechanism.adopt(make(recipe), recipe)
    for call in calls:
        subject.apply(call)
    return subject


def restored(mechanism: Mechanism, recipe: Recipe, body: bytes) -> Any:
    """A new subject, restored from the body."""
    subject = adopted(mechanism, recipe)
    subject.restore(body)
    return subject


def continues_exactly(mechanism: Mechanism, recipe: Recipe, before: Sequence[Call], after: Sequence[Call]) -> bool:
    """Whether a subject restored between the calls answers like the one that continues."""
    live = adopted(mechanism, recipe, before)
    return same_answers(live, restored(mechanism, recipe, live.capture()), after)


def same_answers(one: Subject, other: Subject, calls: Sequence[Call]) -> bool:
    """Whether both answer the calls with the same bits."""
    return all(
        digest_after(one.env, one.apply(call)) == digest_after(other.env, other.apply(call)) for call in calls
    )


def steps(recipe: Recipe, number: int, seed: int = 0) -> list[Call]:
    """Steps with random actions, the same for the same seed."""
    space = make(recipe).action_space
    space.seed(seed)
    return [Step(space.sample()) for _ in range(number)]


def episodes(recipe: Recipe, lengths: Sequence[int], seed: int = 0) -> list[Call]:
    """Episodes of these numbers of random steps, which continue past the end that an environment reports."""
    calls: list[Call] = []
    for number, length in enumerate(lengths):
        calls += [Reset(seed) if number == 0 else RESET, *steps(recipe, length, seed=seed * 100 + number)]
    return calls


def thrust(number: int) -> list[Call]:
    """Steps with LunarLander's main engine, whose flames are bodies where there is a render mode."""
    return [Step(np.int64(2))] * number
