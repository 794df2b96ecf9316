"""Registers games of a small package that stands in for stable-retro."""

import sys
from pathlib import Path
from typing import Any

import gymnasium

STAND_IN = Path(__file__).with_name("stand_in")
if str(STAND_IN) not in sys.path:
    sys.path.insert(0, str(STAND_IN))


def play(game: str, render_mode: str | None = None, **kwargs: Any) -> gymnasium.Env[Any, Any]:
    """As a module that registers games of stable-retro, which itself registers none."""
    from stable_retro import RetroEnv

    env: gymnasium.Env[Any, Any] = RetroEnv(game, render_mode=render_mode or "rgb_array", **kwargs)
    return env


def emulator() -> Any:
    """The class whose one instance a process can hold."""
    from stable_retro._retro import RetroEmulator

    return RetroEmulator


for _game in ("Plain", "Hesitant", "Scripted"):
    gymnasium.register(f"games/{_game}-v0", f"{__name__}:play", kwargs={"game": _game}, max_episode_steps=90)
