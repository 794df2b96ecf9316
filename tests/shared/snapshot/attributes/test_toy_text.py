"""The table of toy text names every attribute that a method of its environments changes."""

from shared.snapshot.attributes.toy_text import TOY_TEXT
from tests.shared.snapshot.attributes.family import FamilyContract


class TestToyText(FamilyContract):
    mechanism = TOY_TEXT
    ids = ("Blackjack-v1", "CliffWalking-v1", "FrozenLake-v1", "Taxi-v4")
    other = "CartPole-v1"
