"""The state of Gymnasium's classic control environments; what they draw follows from it."""

from shared.snapshot.attributes.state import StateMechanism

_PACKAGE = "gymnasium.envs.classic_control"

CLASSIC_CONTROL = StateMechanism(
    "classic-control",
    {
        f"{_PACKAGE}.acrobot.AcrobotEnv": ("state",),
        f"{_PACKAGE}.cartpole.CartPoleEnv": ("state", "steps_beyond_terminated"),
        f"{_PACKAGE}.continuous_mountain_car.Continuous_MountainCarEnv": ("state",),
        f"{_PACKAGE}.mountain_car.MountainCarEnv": ("state",),
        f"{_PACKAGE}.pendulum.PendulumEnv": ("state", "last_u"),
    },
)
