"""However many processes share an exploration, its futures are the same."""

import asyncio
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from shared.errors import CallTooLong, InvalidValue
from shared.session.explore.sequences import Drawn
from shared.session.explore.sharing import FEWEST_STEPS, Part, Sharing, walk_part
from shared.session.live.placement import CallLimit
from shared.snapshot.contract.recipe import Recipe
from tests.shared.session.explore.copies import rules, snapshot

GIVEN = [[np.int64(action) for action in row] for row in np.random.default_rng(1).integers(0, 2, (31, 9))]


@pytest.fixture(scope="module")
def sharing() -> Iterator[Sharing]:
    sharing = Sharing(3, ())
    yield sharing
    sharing.close()


def told(futures: Any) -> list[Any]:
    return [(each.steps, each.total, each.observation.tolist(), each.rewards) for each in futures]


@pytest.mark.parametrize(
    "sequences", [GIVEN, Drawn(31, 9, 4), Drawn(31, 9, 4, 0.5)], ids=["given", "drawn", "held"]
)
@pytest.mark.parametrize("reseed", [None, 8])
def test_shared_futures_are_those_of_one_process(sharing: Sharing, sequences: Any, reseed: int | None) -> None:
    loaded = snapshot(Recipe("FrozenLake-v1") if reseed else None)
    whole, chosen = Part([*range(31)], sequences), rules(reseed=reseed, include=frozenset({"rewards", "infos"}))
    alone = walk_part(loaded, whole, chosen, ())
    shared = asyncio.run(sharing.futures(loaded, whole, chosen, CallLimit()))
    assert shared == alone


def test_short_explorations_are_not_shared(sharing: Sharing) -> None:
    assert not sharing.suits(FEWEST_STEPS - 1)
    assert sharing.suits(FEWEST_STEPS)
    assert not Sharing(1, ()).suits(10**9)


def test_a_childs_refusal_is_told_and_the_children_go_on(sharing: Sharing) -> None:
    loaded = snapshot()
    whole = Part([*range(31)], Drawn(31, 9, 4))

    async def refused_and_then_not() -> int:
        with pytest.raises(InvalidValue, match="GYM_HTTP_MAX_REPLY_BYTES"):
            await sharing.futures(loaded, whole, rules(most_bytes=10), CallLimit())
        return len(await sharing.futures(loaded, whole, rules(), CallLimit()))

    assert asyncio.run(refused_and_then_not()) == 31


def test_a_call_that_takes_too_long_gives_nothing(sharing: Sharing) -> None:
    whole = Part([*range(2000)], Drawn(2000, 500, 4))
    loaded = snapshot(Recipe("Pendulum-v1", max_episode_steps=10**6))
    with pytest.raises(CallTooLong):
        asyncio.run(sharing.futures(loaded, whole, rules(include=frozenset()), CallLimit(0.5)))
