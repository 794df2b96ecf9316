"""The keys of toy text are of its classes and go where the arrows point."""

from contextlib import closing
from typing import Any

import gymnasium
import pytest

from shared.families.family import UnsuitableArgument
from shared.families.toy_text import TOY_TEXT
from tests.shared.families.play import fitting_maps, registered_classes


def test_every_class_with_keys_is_registered() -> None:
    assert TOY_TEXT.keys.keys() <= registered_classes(TOY_TEXT)


@pytest.mark.parametrize("env_id", ["FrozenLake-v1", "CliffWalking-v1", "Taxi-v4", "Blackjack-v1"])
def test_the_keys_are_actions(env_id: str) -> None:
    assert fitting_maps(env_id) == 1


@pytest.mark.parametrize(
    ("env_id", "name", "columns"),
    [("FrozenLake-v1", "FrozenLakeEnv", 8), ("CliffWalking-v1", "CliffWalkingEnv", 12)],
)
def test_an_arrow_moves_in_its_direction(env_id: str, name: str, columns: int) -> None:
    [keys] = TOY_TEXT.keys[name].actions
    kwargs: dict[str, Any] = {"is_slippery": False, **({"map_name": "8x8"} if columns == 8 else {})}
    with closing(gymnasium.make(env_id, **kwargs)) as env:
        middle = columns + 1  # nothing around it ends an episode
        moved = {}
        for arrow, action in keys.items():
            env.reset(seed=1)
            env.unwrapped.s = middle  # type: ignore[attr-defined]
            moved[arrow] = int(env.step(action)[0]) - middle
    assert moved == {"←": -1, "→": 1, "↑": -columns, "↓": columns}


@pytest.mark.parametrize("schedule", ["abc", [1, 2], [1, 0, "a"], [[1], 0, 0], None], ids=str)
def test_rewards_that_are_no_numbers_are_refused(schedule: Any) -> None:
    """FrozenLake would hand them out, and every step would fail."""
    TOY_TEXT.check_kwargs("FrozenLake-v1", {"reward_schedule": [10, -1.5, 0]})
    with pytest.raises(UnsuitableArgument, match="reward_schedule is"):
        TOY_TEXT.check_kwargs("FrozenLake-v1", {"reward_schedule": schedule})
