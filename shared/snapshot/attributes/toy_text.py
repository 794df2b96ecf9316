"""The state of Gymnasium's toy text environments; their tables and pictures are rebuilt."""

from shared.snapshot.attributes.state import StateMechanism

_PACKAGE = "gymnasium.envs.toy_text"

TOY_TEXT = StateMechanism(
    "toy-text",
    {
        f"{_PACKAGE}.blackjack.BlackjackEnv": (
            "dealer",
            "player",
            "dealer_top_card_suit",
            "dealer_top_card_value_str",
        ),
        f"{_PACKAGE}.cliffwalking.CliffWalkingEnv": ("s", "lastaction"),
        f"{_PACKAGE}.frozen_lake.FrozenLakeEnv": ("s", "lastaction"),
        f"{_PACKAGE}.taxi.TaxiEnv": ("s", "lastaction", "fickle_step", "taxi_orientation"),
    },
)
