"""Gymnasium's toy text environments."""

from collections.abc import Mapping
from typing import Any

from shared.families.family import Family, PlayKeys, UnsuitableArgument


def _check_kwargs(env_id: str, kwargs: Mapping[str, Any]) -> None:
    # FrozenLake hands out whatever stands in the schedule, a text's letters too.
    schedule = kwargs.get("reward_schedule", [1, 0, 0])
    if not (isinstance(schedule, list) and len(schedule) == 3 and all(type(x) in (int, float) for x in schedule)):
        raise UnsuitableArgument(f"reward_schedule is {schedule!r}; send a list of three numbers.")


TOY_TEXT = Family(
    "toy-text",
    packages=("gymnasium.envs.toy_text",),
    mechanisms={"toy-text": "shared.snapshot.attributes.toy_text:TOY_TEXT"},
    check_kwargs=_check_kwargs,
    keys={
        "FrozenLakeEnv": PlayKeys(({"←": 0, "↓": 1, "→": 2, "↑": 3},)),
        "CliffWalkingEnv": PlayKeys(({"↑": 0, "→": 1, "↓": 2, "←": 3},)),
        "TaxiEnv": PlayKeys(({"↓": 0, "↑": 1, "→": 2, "←": 3, "p": 4, "o": 5},)),
        "BlackjackEnv": PlayKeys(({"x": 0, "h": 1},)),
    },
)
