"""Gymnasium's autoreset modes for a single environment.

`gymnasium.wrappers.Autoreset` is the mode NextStep. SameStep exists in Gymnasium only for vector environments
(`gymnasium.vector.SyncVectorEnv`); this is the same contract for one.
"""

from typing import Any, SupportsFloat

import gymnasium


class SameStepAutoreset(gymnasium.Wrapper[Any, Any, Any, Any]):
    """Resets within the step that ends an episode, and hands out what ended in `info`.

    The observation is the new episode's first; reward and flags are the ended one's. `info` is the reset's with
    `final_obs` and `final_info` of the ended episode.
    """

    def step(self, action: Any) -> tuple[Any, SupportsFloat, bool, bool, dict[str, Any]]:
        """Step, and reset at once if the episode ended."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        if terminated or truncated:
            final = {"final_obs": observation, "final_info": info}
            observation, info = self.env.reset()
            info = {**info, **final}
        return observation, reward, terminated, truncated, info
