"""The game that stable-retro brings is registered, and is made without a window."""

import sys
from types import ModuleType
from typing import Any

import gymnasium
import pytest

from infra.proofs.families import FAMILIES
from infra.proofs.retro_games import AIRSTRIKER
from tests.shared.snapshot.replay.envs import Rewound


@pytest.mark.parametrize("modes", [{}, {"render_mode": "rgb_array"}], ids=["no render mode", "pictures"])
def test_the_game_is_made_without_a_window(modes: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str | None]] = []

    def make(game: str, render_mode: str | None = "human") -> gymnasium.Env[Any, Any]:
        asked.append((game, render_mode))
        return Rewound()

    package = ModuleType("stable_retro")
    vars(package)["make"] = make
    monkeypatch.setitem(sys.modules, "stable_retro", package)
    gymnasium.make(AIRSTRIKER, disable_env_checker=True, **modes)
    assert asked == [("Airstriker-Genesis-v0", "rgb_array")]


def test_the_families_that_are_tried_have_it() -> None:
    assert [each.package for each in FAMILIES if AIRSTRIKER in each.env_ids] == ["stable-retro"]
