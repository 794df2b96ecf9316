"""A reply tells the spaces that its call has changed, and only these."""

from collections.abc import Generator
from types import SimpleNamespace
from typing import Any

import pytest
from gymnasium.spaces import Box, Discrete, Space

from shared.session.calls.changed_spaces import telling_spaces


@pytest.fixture
def live() -> Any:
    env = SimpleNamespace(action_space=Discrete(2), observation_space=Box(0, 1, (2,)))
    return SimpleNamespace(env=env, ask=lambda function, argument: function(argument))


def putting(**spaces: Space[Any]) -> Any:
    """An operation that puts these spaces in place of the environment's."""

    def operation(live: Any) -> dict[str, Any]:
        vars(live.env).update(spaces)
        return {"observation": 1}

    return operation


def test_another_space_is_told_with_the_reply(live: Any) -> None:
    reply = telling_spaces(putting(action_space=Discrete(3)))(live)
    assert reply["observation"] == 1
    assert {name: space["n"] for name, space in reply["spaces"].items()} == {"action_space": 3}


def test_a_call_that_changes_none_tells_none(live: Any) -> None:
    assert telling_spaces(putting())(live) == {"observation": 1}


def test_a_new_space_that_equals_the_one_before_is_not_told(live: Any) -> None:
    assert telling_spaces(putting(action_space=Discrete(2)))(live) == {"observation": 1}


def test_an_operation_in_turns_tells_at_its_end_what_is_other_than_at_its_beginning(live: Any) -> None:
    def operation(live: Any) -> Generator[None, None, dict[str, Any]]:
        for n in (3, 4, 5):
            live.env.action_space = Discrete(n)
            yield
        return {"steps": 3}

    turns = telling_spaces(operation)(live)
    for _ in range(3):
        next(turns)
    with pytest.raises(StopIteration) as ended:
        next(turns)
    assert ended.value.value["steps"] == 3
    assert ended.value.value["spaces"]["action_space"]["n"] == 5
