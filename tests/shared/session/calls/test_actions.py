"""A rollout's actions are checked before any is applied, and random ones are those of single calls."""

from collections.abc import Iterable
from typing import Any

import gymnasium
import pytest

from shared.errors import InvalidAction, InvalidValue
from shared.session.calls import operations
from shared.session.calls.actions import Choice, given, sampled
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


@pytest.mark.parametrize("choice", [given([0] * 4, 3), sampled(4, 3)])
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
