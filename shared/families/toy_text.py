"""Gymnasium's toy text environments."""

from shared.families.family import Family, PlayKeys

TOY_TEXT = Family(
    "toy-text",
    packages=("gymnasium.envs.toy_text",),
    mechanisms={"toy-text": "shared.snapshot.attributes.toy_text:TOY_TEXT"},
    keys={
        "FrozenLakeEnv": PlayKeys(({"←": 0, "↓": 1, "→": 2, "↑": 3},)),
        "CliffWalkingEnv": PlayKeys(({"↑": 0, "→": 1, "↓": 2, "←": 3},)),
        "TaxiEnv": PlayKeys(({"↓": 0, "↑": 1, "→": 2, "←": 3, "p": 4, "o": 5},)),
        "BlackjackEnv": PlayKeys(({"x": 0, "h": 1},)),
    },
)
