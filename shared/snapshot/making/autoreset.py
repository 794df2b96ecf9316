"""Gymnasium's autoreset modes for a single environment.

`gymnasium.wrappers.Autoreset` is the mode NextStep. Gymnasium has SameStep only for vectors
(`gymnasium.vector.SyncVectorEnv`); this is the same contract for one environment.
"""

from typing import Any, SupportsFloat

import gymnasium

from shared.snapshot.contract.returned import has_ended
from shared.snapshot.contract.stable_names import stable_name


@stable_name("SameStepAutoreset")
class SameStepAutoreset(gymnasium.Wrapper[Any, Any, Any, Any]):
    """Resets in the same step that ends an episode.

    That step returns the first observation of the new episode, and reward and flags of the old one. Its `info` is
    the reset's, with `final_obs` and `final_info` of the old episode.
    """

    def step(self, action: Any) -> tuple[Any, SupportsFloat, bool, bool, dict[str, Any]]:
        """Step, and reset if the episode ends."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        if has_ended(terminated, truncated):
            final = {"final_obs": observation, "final_info": info}
            observation, info = self.env.reset()
            info = {**info, **final}
        return observation, reward, terminated, truncated, info
