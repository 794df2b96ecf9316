"""Gymnasium's classic control environments."""

from shared.families.family import Family, PlayKeys

CLASSIC_CONTROL = Family(
    "classic-control",
    packages=("gymnasium.envs.classic_control",),
    mechanisms={"classic-control": "shared.snapshot.attributes.classic_control:CLASSIC_CONTROL"},
    keys={
        "CartPoleEnv": PlayKeys(({"←": 0, "→": 1},)),
        "AcrobotEnv": PlayKeys(({"": 1, "←": 0, "→": 2},)),
    },
)
