"""Whether a reset leaves nothing of earlier episodes is tried on many of them before it is relied on."""

from typing import Any

import numpy as np
import pytest
from gymnasium import spaces

from shared.errors import NotEncodable, NotExact
from shared.snapshot.conformance.episodes import _actions, check_episodes
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.replay.episode_journal import EPISODE_JOURNAL
from tests.shared.snapshot.replay import envs


@pytest.mark.parametrize("name", ["Rewound", "Choosy", "Remembering"])
def test_one_that_begins_every_episode_anew_is_proved(name: str) -> None:
    check_episodes(Recipe(f"test/{name}-v0", render_mode="ansi", seed=1), EPISODE_JOURNAL, episodes=3)


def test_a_vector_is_tried_as_one_of_its_environments() -> None:
    check_episodes(Recipe("test/Rewound-v0", num_envs=2, seed=1), EPISODE_JOURNAL, episodes=2)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Lasting", "episode 2 came out differently on a new environment"),  # by a reply
        ("Ageing", "episode 2 came out differently on a new environment"),  # by an attribute
        ("Touching", "came out differently on a new environment"),  # only after it was pushed far
        ("Unordered", "came out differently on a new environment"),  # by addresses
        ("Multiplying", "episode 2 came out differently on a new environment"),  # by its generators
    ],
)
def test_an_episode_that_leaves_something_behind_is_found_out(name: str, told: str) -> None:
    with pytest.raises(NotExact, match=told):
        check_episodes(Recipe(f"test/{name}-v0", seed=1), EPISODE_JOURNAL)


def test_what_shows_only_under_extreme_actions_that_are_held_is_found_by_these(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shared.snapshot.conformance.episodes._extreme", lambda space, action: action * 0.1)
    check_episodes(Recipe("test/Touching-v0", seed=1), EPISODE_JOURNAL)


def test_a_step_that_cannot_be_told_is_refused_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envs.Rewound, "step", lambda self, action: 1)
    with pytest.raises(NotEncodable, match="step returned"):
        check_episodes(Recipe("test/Rewound-v0", seed=1), EPISODE_JOURNAL)


def test_what_would_take_too_long_is_left_to_other_mechanisms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.snapshot.conformance.episodes.LONGEST_S", 0.0)
    with pytest.raises(NotExact, match="take over 0 s to try"):
        check_episodes(Recipe("test/Rewound-v0", seed=1), EPISODE_JOURNAL)


def test_extreme_actions_are_corners_of_their_box() -> None:
    box = spaces.Box(np.array([-1, 0], np.float32), np.array([1, 2], np.float32))
    actions = _actions(box, 3, True)
    found = [next(actions) for _ in range(20)]
    assert {value for action in found for value in action.tolist()} <= {-1.0, 0.0, 1.0, 2.0}
    assert all(box.contains(action) for action in found)
    assert found[0].tolist() == found[9].tolist()
    unbounded: Any = _actions(spaces.Discrete(3), 3, True)
    assert next(unbounded) in range(3)


def test_environments_of_the_trial_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A simulator of its own stays otherwise."""
    alive: list[Any] = []
    init, close = envs.Rewound.__init__, envs.Rewound.close

    def made(self: Any, **kwargs: Any) -> None:
        init(self, **kwargs)
        alive.append(self)

    def closed(self: Any) -> None:
        close(self)
        alive.remove(self)

    monkeypatch.setattr(envs.Rewound, "__init__", made)
    monkeypatch.setattr(envs.Rewound, "close", closed)
    check_episodes(Recipe("test/Choosy-v0", seed=1), EPISODE_JOURNAL, episodes=1)
    assert alive == []
