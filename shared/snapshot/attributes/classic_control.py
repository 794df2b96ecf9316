"""The state of Gymnasium's classic control environments. What they draw follows from it."""

from shared.snapshot.attributes.attributes import names_in
from shared.snapshot.attributes.state import Changing, StateMechanism

_PACKAGE = "gymnasium.envs.classic_control"

_CHANGING: Changing = {
    f"{_PACKAGE}.acrobot.AcrobotEnv": ("state",),
    f"{_PACKAGE}.cartpole.CartPoleEnv": ("state", "steps_beyond_terminated"),
    f"{_PACKAGE}.continuous_mountain_car.Continuous_MountainCarEnv": ("state",),
    f"{_PACKAGE}.mountain_car.MountainCarEnv": ("state",),
    f"{_PACKAGE}.pendulum.PendulumEnv": ("state", "last_u"),
}

PRIVATE_NAMES = names_in(_CHANGING)
"""What this module reads of other packages that is not part of their API."""

CLASSIC_CONTROL = StateMechanism("classic-control", _CHANGING)
