"""An `EnvSpec` as a reply."""

from typing import Any

from gymnasium.envs.registration import EnvSpec


def describe_spec(spec: EnvSpec) -> dict[str, Any]:
    """The fields of a spec by name. An entry point that is not text becomes null.

    `kwargs` may hold values of any kind, as arguments of a constructor do.
    """
    return {
        "id": spec.id,
        "entry_point": _text(spec.entry_point),
        "reward_threshold": spec.reward_threshold,
        "nondeterministic": spec.nondeterministic,
        "max_episode_steps": spec.max_episode_steps,
        "order_enforce": spec.order_enforce,
        "disable_env_checker": spec.disable_env_checker,
        "kwargs": spec.kwargs,
        "additional_wrappers": [
            {"name": wrapper.name, "entry_point": wrapper.entry_point, "kwargs": wrapper.kwargs}
            for wrapper in spec.additional_wrappers
        ],
        "vector_entry_point": _text(spec.vector_entry_point),
    }


def _text(entry_point: Any) -> str | None:
    return entry_point if isinstance(entry_point, str) else None
