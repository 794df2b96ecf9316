"""How many environments of a kind can be alive: any number, one in a process, or too few to be served."""

import gc

from shared.errors import GymHTTPError, NotCreatable, NotExact, text_of
from shared.snapshot.conformance.new_processes import HASH_SEED
from shared.snapshot.contract.calls import Reset, perform
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.isolation.child_process import ChildEnded, in_child
from shared.snapshot.making.make import make, register_environments

_SEEDS = (11, 12)


def is_alone(recipe: Recipe, modules: tuple[str, ...]) -> bool:
    """Whether a process holds one of the kind at a time: a second can be made once the first has ended.

    No other of the kind may be alive in this process, in which one has been made and closed before.

    Raises:
        NotExact: a machine holds one at a time, such as a simulator that owns a port; or a process can make one in
            all its life. The text says which.
        ChildEnded: the time was over.
    """
    try:
        first = make(recipe)
    except NotCreatable as error:
        _refuse_if_made_once(recipe, modules, error)
        raise
    try:
        perform(first, Reset(_SEEDS[0]))
    except Exception:  # told by the trial that follows, as what a call came to
        first.close()
        return False
    failure = _failure(recipe)
    elsewhere = None if failure is None else _failure_elsewhere(recipe, modules)
    first.close()
    del first
    gc.collect()  # some engines end when nothing refers to them
    if failure is None or _failure(recipe) is not None:  # in the latter case it was not for the first
        return False
    if elsewhere is not None:
        raise NotExact(
            f"Only one {recipe.env_id} can be alive on a machine: beside another, it failed ({failure}), and "
            "in another process too. An instance is restored beside others, so it cannot be served."
        )
    return True


def _failure(recipe: Recipe) -> str | None:
    """What it fails with to make and reset another in this process; None if it does not."""
    try:
        env = make(recipe)
        try:
            perform(env, Reset(_SEEDS[1]))
        finally:
            env.close()
    except Exception as error:  # the environment's own
        text = error.detail if isinstance(error, GymHTTPError) else f"{type(error).__name__}: {text_of(error)}"
        return text.rstrip(".")
    return None


def _failure_elsewhere(recipe: Recipe, modules: tuple[str, ...]) -> str | None:
    """The same in another process."""
    try:
        return in_child(_failure_here, None, HASH_SEED, recipe, modules)
    except ChildEnded as ended:
        if ended.late:
            raise
        return f"a process that {ended}"


def _failure_here(recipe: Recipe, modules: tuple[str, ...]) -> str | None:
    register_environments(modules)
    return _failure(recipe)


def _refuse_if_made_once(recipe: Recipe, modules: tuple[str, ...], error: NotCreatable) -> None:
    if _failure_elsewhere(recipe, modules) is None:
        raise NotExact(
            f"A process can make {recipe.env_id} only once: after one was made and closed, another failed "
            f"({error.detail.rstrip('.')}). Every restore makes one, so such an environment cannot be served."
        ) from error
