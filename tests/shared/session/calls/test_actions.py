"""A rollout's actions are checked before any is applied, and random ones are those of single calls."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import gymnasium
import numpy as np
import pytest

from shared.errors import InvalidAction, InvalidValue
from shared.session.calls import operations
from shared.session.calls.actions import Choice, given, repeated, repeating, sampled
from tests.shared.session.episodes import call, created
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import run, session


class _Live:
    """As much of a live environment as a choice of actions looks at."""

    def __init__(self) -> None:
        self.env = gymnasium.make("CartPole-v1")


def chosen(choice: Choice) -> Iterable[Any]:
    return choice(_Live())  # type: ignore[arg-type]


def test_the_clients_actions_are_members_of_the_space_in_their_order() -> None:
    assert [int(action) for action in chosen(given([1, 0, 1.0], 3))] == [1, 0, 1]


def test_an_action_that_is_no_member_is_named_by_its_index() -> None:
    with pytest.raises(InvalidAction) as raised:
        chosen(given([1, 0, 2], 3))
    assert raised.value.evidence["index"] == 2


@pytest.mark.parametrize("choice", [given([0] * 4, 3), sampled(4, 3), repeated(4, 0.5, 3)])
def test_more_steps_than_one_call_may_make_are_refused(choice: Choice) -> None:
    with pytest.raises(InvalidValue, match="GYM_HTTP_MAX_STEPS_PER_CALL") as raised:
        chosen(choice)
    assert raised.value.evidence == {"limit": 3}


def test_random_actions_are_drawn_as_single_calls_draw_them() -> None:
    async def test() -> None:
        at = session(FaultyStore(remote=False))
        reference = await created(at)
        [twin] = (await at.forking.fork(reference, 1, None)).instance_ids
        draw = operations.sample("action_space")
        one_by_one = [
            (await call(at, reference._replace(instance_id=twin), draw)).reply["sample"] for _ in range(9)
        ]
        drawn = (await call(at, reference, lambda live: [*sampled(9, 9)(live)])).reply
        assert drawn == one_by_one

    run(test)


def test_repeated_actions_are_new_ones_of_the_space_and_each_of_them_again() -> None:
    """The new ones are what the space would have drawn; nothing else is drawn of the instance."""

    async def test() -> None:
        at = session(FaultyStore(remote=False))
        reference = await created(at)
        ids = (await at.forking.fork(reference, 2, None)).instance_ids
        twin, other = (reference._replace(instance_id=each) for each in ids)
        held = (await call(at, reference, lambda live: [*repeated(200, 0.9, 200)(live)])).reply
        assert held == (await call(at, twin, lambda live: [*repeated(200, 0.9, 200)(live)])).reply
        changes = sum(left != right for left, right in pairwise(held))
        assert 0 < changes < 40
        again = (await call(at, reference, lambda live: [*repeated(200, 0.9, 200)(live)])).reply
        assert again != held
        new = (await call(at, other, lambda live: [*sampled(3, 3)(live)])).reply
        assert held[0] == new[0]

    run(test)


def test_an_action_is_repeated_with_its_probability_and_the_first_is_new() -> None:
    numbers = iter(range(10_000))
    actions = [*repeating(lambda: next(numbers), np.random.default_rng(1), 0.75, 4000)]
    assert actions[0] == 0
    assert 900 < len(set(actions)) < 1100
    assert [*repeating(lambda: 7, np.random.default_rng(1), 1.0, 3)] == [7, 7, 7]
