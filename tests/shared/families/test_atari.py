"""Arguments with which ALE would end or hold up the process are refused."""

from typing import Any

import pytest

from shared.errors import NotCreatable
from shared.families.atari import ATARI
from shared.families.family import UnsuitableArgument
from shared.snapshot.making.arguments import check_kwargs
from shared.snapshot.making.make import register_environments


@pytest.mark.parametrize(
    "kwargs",
    [{"game": "combat"}, {"frameskip": 0}, {"frameskip": [2, 10**9]}, {"frameskip": True}, {"frameskip": "4"}],
)
def test_another_game_and_a_frameskip_out_of_bounds_are_refused(kwargs: dict[str, Any]) -> None:
    with pytest.raises(UnsuitableArgument):
        ATARI.check_kwargs("ALE/Pong-v5", kwargs)
    register_environments(["ale_py"])
    with pytest.raises(NotCreatable) as raised:
        check_kwargs("ALE/Pong-v5", kwargs, 1)
    assert raised.value.evidence == {"env_id": "ALE/Pong-v5"}


@pytest.mark.parametrize("kwargs", [{}, {"frameskip": 256}, {"frameskip": [2, 5], "obs_type": "ram"}])
def test_what_games_are_made_with_is_accepted(kwargs: dict[str, Any]) -> None:
    ATARI.check_kwargs("ALE/Pong-v5", kwargs)


def test_a_range_of_frames_becomes_the_tuple_that_the_constructor_asks_for() -> None:
    assert ATARI.constructor_kwargs({"frameskip": [2, 5], "mode": 0}) == {"frameskip": (2, 5), "mode": 0}
    assert ATARI.constructor_kwargs({"frameskip": 4}) == {"frameskip": 4}
