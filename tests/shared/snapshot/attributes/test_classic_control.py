"""The table of classic control names every attribute that a method of its environments changes."""

from shared.snapshot.attributes.classic_control import CLASSIC_CONTROL
from tests.shared.snapshot.attributes.family import FamilyContract


class TestClassicControl(FamilyContract):
    mechanism = CLASSIC_CONTROL
    ids = ("Acrobot-v1", "CartPole-v1", "MountainCar-v0", "MountainCarContinuous-v0", "Pendulum-v1")
    other = "Taxi-v4"
