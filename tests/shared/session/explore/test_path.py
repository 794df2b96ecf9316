"""A path goes on by itself from where another one stands, and tells what it came to in copies."""

import numpy as np
import pytest

from shared.session.explore.path import Path, gain, own


def test_a_twin_goes_on_by_itself() -> None:
    path = Path(ended=False)
    path.depth, path.total, path.observation = 2, 3.0, np.zeros(2)
    path.rewards.append(1.0)
    twin = path.twin()
    twin.depth, twin.total = 5, 9.0
    twin.rewards.append(2.0)
    assert (path.depth, path.total, path.rewards) == (2, 3.0, [1.0])
    assert (twin.rewards, twin.observation) == ([1.0, 2.0], None)


def test_a_future_has_copies_of_what_was_asked_for() -> None:
    path = Path(ended=True)
    path.depth, path.observation, path.info = 1, np.zeros(2), {"a": 1}
    future = path.future([7, 8], frozenset({"observations", "actions"}))
    path.observation[0] = 5.0
    assert np.array_equal(future.observation, np.zeros(2))
    assert (future.actions, future.info, future.rewards, future.steps) == ([7], None, None, 1)


@pytest.mark.parametrize("action", [np.zeros(2), [1, [2]]])
def test_an_action_is_the_environments_own(action: object) -> None:
    assert own(action) is not action
    assert own(np.int64(3)) == 3


def test_a_reward_is_added_up_as_numbers_and_none_adds_nothing() -> None:
    assert gain(None, vector=False) == 0.0
    assert gain([1.0, 2.0], vector=True).tolist() == [1.0, 2.0]
