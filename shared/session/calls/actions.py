"""The actions of a rollout: the client's own, random ones, or random ones that are repeated."""

from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from typing import Any

import numpy as np

from shared.codec import plain
from shared.errors import InvalidValue
from shared.session.live.environment import LiveEnvironment
from shared.snapshot.contract.calls import Sample
from shared.snapshot.generators.generators import generator_state, nested
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


def repeated(steps: int, probability: float, most: int) -> Choice:
    """Random members of the action space, each the one before it again with the probability.

    Which are repeated follows from the states of the space's generators, and draws from none of them: two
    environments in one state choose alike, and what is drawn of an instance is what `sampled` would draw.
    The choice raises InvalidValue for more than `most`.
    """

    def choice(live: LiveEnvironment) -> Iterable[Any]:
        _check_steps(steps, most)
        states = [generator_state(space.np_random) for space in nested(live.env.action_space)]
        digest = blake2b(plain.dumps(states), digest_size=16).digest()
        coin = np.random.default_rng(int.from_bytes(digest, "big"))
        return repeating(lambda: live.apply(Sample("action_space")), coin, probability, steps)

    return choice


def repeating(draw: Callable[[], Any], coin: np.random.Generator, probability: float, steps: int) -> Iterator[Any]:
    """So many actions, each the one before it with the probability, else a new one; the first is new."""
    again, action = iter(coin.random(steps) < probability), None
    for number in range(steps):
        action = action if next(again) and number else draw()
        yield action


def _check_steps(steps: int, most: int) -> None:
    if steps > most:
        raise InvalidValue(
            f"A rollout of {steps} steps is over the most of one call, {most} (GYM_HTTP_MAX_STEPS_PER_CALL); send "
            "several.",
            limit=most,
        )
