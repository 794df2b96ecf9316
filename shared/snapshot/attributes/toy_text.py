"""The state of Gymnasium's toy text environments. Their tables and pictures are rebuilt."""

from shared.snapshot.attributes.attributes import names_in
from shared.snapshot.attributes.state import Changing, StateMechanism

_PACKAGE = "gymnasium.envs.toy_text"

_CHANGING: Changing = {
    f"{_PACKAGE}.blackjack.BlackjackEnv": (
        "dealer",
        "player",
        "dealer_top_card_suit",
        "dealer_top_card_value_str",
    ),
    f"{_PACKAGE}.cliffwalking.CliffWalkingEnv": ("s", "lastaction"),
    f"{_PACKAGE}.frozen_lake.FrozenLakeEnv": ("s", "lastaction"),
    f"{_PACKAGE}.taxi.TaxiEnv": ("s", "lastaction", "fickle_step", "taxi_orientation"),
}

PRIVATE_NAMES = names_in(_CHANGING)
"""What this module reads of other packages that is not part of their API."""

TOY_TEXT = StateMechanism("toy-text", _CHANGING)
