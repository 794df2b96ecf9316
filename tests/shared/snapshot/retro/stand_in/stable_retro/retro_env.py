"""The environment, with the attributes and the order of calls of stable-retro's."""

from typing import Any

import gymnasium
import numpy as np
from gymnasium.utils.ezpickle import EzPickle

from stable_retro import data
from stable_retro._retro import RetroEmulator

_BUTTONS = 8


class RetroEnv(gymnasium.Env[Any, Any], EzPickle):
    """A game on the one emulator of the process."""

    metadata: dict[str, Any] = {"render_modes": ["human", "rgb_array"]}  # noqa: RUF012  (as Gymnasium declares it)

    def __init__(
        self,
        game: str,
        scenario: str | None = None,
        record: str | None = None,
        obs_type: str = "IMAGE",
        render_mode: str | None = "human",
    ) -> None:
        EzPickle.__init__(self, game, None, scenario, None, None, record, 1, None, obs_type, render_mode)
        self.gamename, self.render_mode, self._obs_type = game, render_mode, obs_type
        self.img = self.ram = self.movie = None
        self.movie_path = record
        self.data = data.GameData()
        self.data.load(data.get_file_path(game, f"{scenario or 'scenario'}.json"))
        self.em = RetroEmulator(game)
        self.em.configure_data(self.data)
        self.em.step()
        self.initial_state = self.em.get_state()
        self.action_space = gymnasium.spaces.MultiBinary(_BUTTONS)
        seen = self.get_ram() if obs_type == "RAM" else self.em.get_screen()
        self.observation_space = gymnasium.spaces.Box(0, 255, seen.shape, np.uint8)

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self.em.set_state(self.initial_state)
        self.em.set_button_mask(np.zeros(_BUTTONS), 0)
        self.em.step()
        self.em.step()  # some games show their first picture late
        self.data.reset()
        self.data.update_ram()
        return self._update_obs(), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        if self.img is None and self.ram is None:
            raise RuntimeError("Please call env.reset() before env.step()")
        self.em.set_button_mask(action, 0)
        self.em.step()
        self.data.update_ram()
        seen = self._update_obs()
        return seen, self.data.current_reward(), self.data.is_done(), False, self.data.lookup_all()

    def render(self) -> Any:
        return self.em.get_screen() if self.img is None else self.img

    def close(self) -> None:
        if hasattr(self, "em"):
            del self.em

    def get_ram(self) -> Any:
        """The memory."""
        return np.frombuffer(bytes(self.data.memory.blocks[0]), np.uint8)

    def _update_obs(self) -> Any:
        if self._obs_type == "RAM":
            self.ram = self.get_ram()
            return self.ram
        self.img = self.em.get_screen()
        return self.img
