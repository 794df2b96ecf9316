"""Gymnasium's Box2D environments. LunarLander and CarRacing have a discrete and a continuous action space."""

from shared.families.family import Family, PlayKeys

_SIDEWAYS = (("", 0.0), ("←", -1.0), ("→", 1.0))

BOX2D = Family(
    "box2d",
    packages=("gymnasium.envs.box2d",),
    needs="Box2D",
    mechanisms={"box2d": "shared.snapshot.box2d.mechanism:BOX2D"},
    keys={
        "LunarLander": PlayKeys(
            (
                {"": 0, "←": 1, "↑": 2, "→": 3},
                {
                    across + along: [main, side]
                    for across, side in _SIDEWAYS
                    for along, main in (("", 0.0), ("↑", 1.0))
                },
            ),
            {"←": "fire left engine", "↑": "fire main engine", "→": "fire right engine"},
        ),
        "CarRacing": PlayKeys(
            (
                {"": 0, "→": 1, "←": 2, "↑": 3, "↓": 4},
                {
                    across + along: [steer, gas, brake]
                    for across, steer in _SIDEWAYS
                    # A full brake locks the wheels.
                    for along, gas, brake in (("", 0.0, 0.0), ("↑", 1.0, 0.0), ("↓", 0.0, 0.8))
                },
            ),
            {"←": "steer left", "→": "steer right", "↑": "gas", "↓": "brake"},
        ),
    },
)
