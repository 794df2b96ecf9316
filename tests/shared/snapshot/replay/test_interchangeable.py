"""An environment plays the episode of any other of its kind, where nothing of a constructor's chance lasts."""

import logging

import msgspec
import pytest

from shared.errors import NotExact
from shared.snapshot.conformance.episodes import check_episodes
from shared.snapshot.contract.calls import Call, Reset
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.replay.episode_journal import EPISODE_JOURNAL
from shared.snapshot.replay.interchangeable import INTERCHANGEABLE
from tests.shared.snapshot.pairs import RESET, adopted, continues_exactly, same_answers
from tests.shared.snapshot.replay.envs import EPISODES, PUSHES, REWOUND

FATED = Recipe("test/Fated-v0")
LASTING = Recipe("test/Lasting-v0")
EPISODE: list[Call] = [Reset(1), *PUSHES, RESET, *PUSHES[:4]]


def of_seed(recipe: Recipe, seed: int) -> Recipe:
    return msgspec.structs.replace(recipe, seed=seed)


@pytest.mark.parametrize("number", range(0, len(EPISODES), 4))
def test_a_journal_of_an_episode_is_exact(number: int) -> None:
    """On a new environment, and on one of another seed that was in an episode of its own."""
    assert continues_exactly(INTERCHANGEABLE, REWOUND, EPISODES[:number], [*EPISODES[number:], *EPISODES])
    live = adopted(INTERCHANGEABLE, of_seed(REWOUND, 3), EPISODES[:number])
    used = adopted(INTERCHANGEABLE, of_seed(REWOUND, 4), [Reset(9), *PUSHES[:5]])
    used.restore(live.capture())
    assert used.capture() == live.capture()
    assert same_answers(live, used, EPISODES[number:])


def test_an_environment_of_another_seed_plays_the_episode() -> None:
    """None is made. What it writes from then on is what the instance's own environment would write."""
    live = adopted(INTERCHANGEABLE, of_seed(REWOUND, 3), EPISODE)
    used = adopted(INTERCHANGEABLE, of_seed(REWOUND, 4), [Reset(9), *PUSHES[:5]])
    core = used.core
    used.restore(live.capture())
    assert used.core is core
    assert same_answers(live, used, EPISODES)
    assert used.core is core
    assert used.capture() == live.capture()


def test_one_that_was_never_reset_is_made_anew() -> None:
    """Its journal begins with what the constructor has drawn."""
    live = adopted(INTERCHANGEABLE, of_seed(REWOUND, 3))
    used = adopted(INTERCHANGEABLE, of_seed(REWOUND, 4), EPISODE)
    core = used.core
    used.restore(live.capture())
    assert used.core is not core
    assert same_answers(live, used, EPISODES)


@pytest.mark.parametrize("recipe", [FATED, LASTING], ids=lambda recipe: recipe.env_id)
def test_where_it_comes_out_differently_one_is_made_from_the_journals_own_seed(
    recipe: Recipe, caplog: pytest.LogCaptureFixture
) -> None:
    """Or all calls are made again on it."""
    live = adopted(INTERCHANGEABLE, of_seed(recipe, 3), EPISODE)
    used = adopted(INTERCHANGEABLE, of_seed(recipe, 4), EPISODE)
    core = used.core
    with caplog.at_level(logging.INFO):
        used.restore(live.capture())
    assert "that had played others" in caplog.text
    assert used.core is not core
    assert same_answers(live, used, [*PUSHES, RESET, *PUSHES])


@pytest.mark.parametrize("name", ["Rewound", "Choosy"])
def test_one_whose_constructors_chance_is_gone_with_a_reset_is_proved(name: str) -> None:
    check_episodes(Recipe(f"test/{name}-v0", render_mode="ansi", seed=1), INTERCHANGEABLE, episodes=2)


def test_one_whose_constructors_chance_lasts_is_found_out() -> None:
    """It begins anew with each reset all the same, so that it is carried since its last one."""
    check_episodes(FATED, EPISODE_JOURNAL, episodes=2)
    with pytest.raises(NotExact, match="came out differently on a new environment"):
        check_episodes(FATED, INTERCHANGEABLE, episodes=2)
