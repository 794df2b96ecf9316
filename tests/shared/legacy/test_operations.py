"""Operations reply with what openai/gym-http-api replied, computed by the ordinary operations."""

from typing import Any

import gymnasium
import pytest

from shared.errors import InvalidValue
from shared.legacy import operations
from shared.session.calls.call import InstanceCall
from shared.session.live.environment import Operation
from shared.session.session import Session
from shared.session.stored.reference import Reference
from shared.snapshot.contract.recipe import Recipe
from shared.storage.memory import MemoryStore
from tests.shared.session.sessions import run, session


async def reply(at: Session, reference: Reference, operation: Operation) -> Any:
    return (await at.call(InstanceCall(reference, operation, lambda reply: reply))).reply


async def cart_pole(at: Session) -> Reference:
    return (await at.creation.create("public", Recipe("CartPole-v1", seed=3, max_episode_steps=2), ())).reference


def test_reset_and_step_leave_out_what_clients_do_not_know() -> None:
    env = gymnasium.make("CartPole-v1")

    async def test() -> None:
        at = session(MemoryStore())
        reference = await cart_pole(at)
        first = await reply(at, reference, operations.reset())
        assert [*first] == ["observation"]
        assert first["observation"].tolist() == env.reset(seed=3)[0].tolist()
        steps = [await reply(at, reference, operations.step(1)) for _ in range(2)]
        assert [[*step] for step in steps] == [["observation", "reward", "done", "info"]] * 2
        assert [step["done"] for step in steps] == [False, True], "a truncated episode is done"

    run(test)


def test_spaces_actions_and_members_are_told_under_the_old_keys() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await cart_pole(at)
        described = await reply(at, reference, operations.describe_space("action_space"))
        assert described == {"info": {"name": "Discrete", "n": 2, "shape": []}}
        drawn = await reply(at, reference, operations.sample_action())
        assert [*drawn] == ["action"]
        assert drawn["action"] in (0, 1)
        members = [await reply(at, reference, operations.contains_action(x)) for x in ("1", "+1", "2", "-1")]
        assert [each["member"] for each in members] == [True, True, False, False]

    run(test)


@pytest.mark.parametrize(
    ("part", "member"),
    [
        ({}, True),
        ({"name": "Box", "shape": [4]}, True),
        ({"name": "Box", "shape": [3]}, False),
        ({"unknown": 1}, False),
    ],
)
def test_a_description_is_compared_entry_by_entry(part: dict[str, Any], member: bool) -> None:
    async def test() -> None:
        at = session(MemoryStore())
        found = await reply(at, await cart_pole(at), operations.describes_observation_space(part))
        assert found == {"member": member}

    run(test)


@pytest.mark.parametrize("x", ["", "1.0", "one", "1" * 19, "٣"])
def test_an_action_in_a_path_is_an_integer_of_bounded_length(x: str) -> None:
    with pytest.raises(InvalidValue):
        operations.contains_action(x)
