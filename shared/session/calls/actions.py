"""The actions of a rollout: the client's own, or random ones."""

from collections.abc import Callable, Iterable
from typing import Any

from shared.errors import InvalidValue
from shared.session.live.environment import LiveEnvironment
from shared.snapshot.contract.calls import Sample
from shared.wire.members.members import members

Choice = Callable[[LiveEnvironment], Iterable[Any]]
"""Chooses the actions for an environment, produced lazily, one per step."""


def given(actions: Any, most: int) -> Choice:
    """The client's own actions: a list, or one typed array with a first axis over them.

    The choice raises InvalidAction, with the `index`, for one that is no member of the action space, before any
    is applied; InvalidValue for more than `most`.
    """

    def choice(live: LiveEnvironment) -> Iterable[Any]:
        chosen = members(live.env.action_space, actions)
        _check_steps(len(chosen), most)
        return chosen

    return choice


def sampled(steps: int, most: int) -> Choice:
    """Random members of the action space, drawn as `action_space/sample/` draws them.

    The choice raises InvalidValue for more than `most`.
    """

    def choice(live: LiveEnvironment) -> Iterable[Any]:
        _check_steps(steps, most)
        return (live.apply(Sample("action_space")) for _ in range(steps))

    return choice


def _check_steps(steps: int, most: int) -> None:
    if steps > most:
        raise InvalidValue(
            f"A rollout of {steps} steps is over the most of one call, {most} (GYM_HTTP_MAX_STEPS_PER_CALL); send "
            "several.",
            limit=most,
        )
