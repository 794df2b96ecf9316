"""Registers the game that stable-retro brings, which itself registers none with Gymnasium."""

from typing import Any

import gymnasium

AIRSTRIKER = "stable_retro/Airstriker-v0"


def airstriker(render_mode: str | None = None) -> gymnasium.Env[Any, Any]:
    """The environment. stable-retro's own default is a window, also where there is no render mode."""
    import stable_retro

    env: gymnasium.Env[Any, Any] = stable_retro.make(
        "Airstriker-Genesis-v0", render_mode=render_mode or "rgb_array"
    )
    return env


gymnasium.register(AIRSTRIKER, f"{__name__}:airstriker")
