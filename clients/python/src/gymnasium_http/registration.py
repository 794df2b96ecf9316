"""Registers the client in Gymnasium: `gymnasium.make("http/Env-v0", env_id="CartPole-v1", url=...)`.

The environment on the server has its own wrappers for the step limit, order and checks, so none are added here.
"""

import gymnasium

from gymnasium_http.interface.specs import REGISTERED


def register() -> None:
    """Register the id, once."""
    if REGISTERED not in gymnasium.registry:
        gymnasium.register(
            REGISTERED,
            entry_point="gymnasium_http.making:make",
            vector_entry_point="gymnasium_http.making:make_vec",
            order_enforce=False,
            disable_env_checker=True,
        )
