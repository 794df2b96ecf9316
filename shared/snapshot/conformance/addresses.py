"""The same calls several times in one process, each time with memory scattered anew.

For mechanisms that make calls again. What depends on where objects lie in memory comes out differently now and
then: gym-pusht adds the areas of two shapes in the order of a set, which is that of their addresses. Where these
are the other way round, its reward differs in the last bit, in about one state of a hundred.
"""

import time

from shared.errors import NotExact
from shared.snapshot.conformance.episodes import scattered
from shared.snapshot.conformance.outcome import difference
from shared.snapshot.conformance.scenario import Scenario, record
from shared.snapshot.contract.recipe import Recipe

_SECONDS = 16.0
"""Of the processor, about, for all of them."""
_MOST_CALLS = 1500
_FEWEST_CALLS = 20
_MOST_TIMES = 8


def check_addresses(recipe: Recipe) -> None:
    """Refuse an environment that comes out differently where its objects lie elsewhere in memory.

    Raises:
        NotExact: it does. The text says at which call, and in what.
    """
    began = time.thread_time()
    tried = len(_played(recipe, _FEWEST_CALLS).calls)
    a_call_s = (time.thread_time() - began) / tried
    calls = int(_SECONDS / 2 / max(a_call_s, _SECONDS / 2 / _MOST_CALLS))
    first = _played(recipe, max(calls, _FEWEST_CALLS))
    for times in range(_MOST_TIMES):
        if times and time.thread_time() - began > _SECONDS:
            break
        held = scattered()
        again = _played(recipe, max(calls, _FEWEST_CALLS))
        held.clear()
        _compare(first, again)


def _compare(first: Scenario, again: Scenario) -> None:
    for number, (call, expected, found) in enumerate(
        zip(first.calls, first.outcomes, again.outcomes, strict=False)
    ):
        differed = difference(expected, found)
        if differed is not None:
            raise NotExact(
                f"{first.recipe.env_id} is not deterministic: of the same calls twice in one process, call "
                f"{number} ({call}) came out differently when objects lay elsewhere in memory: {differed}. It may "
                "depend on the order of a set of objects, which is that of their addresses."
            )


def _played(recipe: Recipe, calls: int) -> Scenario:
    """Episodes of at most 50 steps, of about so many calls together."""
    return record(recipe, episodes=(1,), steps=50, further=calls, frames_every=25)
