"""`gymnasium.make("http/Env-v0", env_id="CartPole-v1", url=...)`: the client under an id of Gymnasium's registry.

The environment brings its own limit of steps, order and checks, so none is put around it here.
"""

import gymnasium

ID = "http/Env-v0"


def register() -> None:
    """Register the id, once."""
    if ID not in gymnasium.registry:
        gymnasium.register(
            ID,
            entry_point="gymnasium_http.making:make",
            vector_entry_point="gymnasium_http.making:make_vec",
            order_enforce=False,
            disable_env_checker=True,
        )
