"""What openai/gym-http-api's endpoints do with a live environment, in the terms of that API."""

from typing import Any

from shared.legacy.spaces import describe
from shared.session.calls import operations
from shared.session.calls.operations import SpaceName
from shared.session.live.environment import LiveEnvironment, Operation


def reset() -> Operation:
    """Begin an episode; its reply has no info."""
    begin = operations.reset(None, None)
    return lambda live: {"observation": begin(live)["observation"]}


def step(action: Any) -> Operation:
    """Apply one action; `done` says that the episode ended, for whichever reason."""
    apply = operations.step(action)

    def operation(live: LiveEnvironment) -> dict[str, Any]:
        applied = apply(live)
        return {
            "observation": applied["observation"],
            "reward": applied["reward"],
            "done": applied["terminated"] or applied["truncated"],
            "info": applied["info"],
        }

    return operation


def describe_space(space: SpaceName) -> Operation:
    """One of the spaces, as these clients know it."""
    return lambda live: {"info": describe(getattr(live.env, space))}


def sample_action() -> Operation:
    """A random action; it advances the space's generator."""
    draw = operations.sample("action_space")
    return lambda live: {"action": draw(live)["sample"]}


def contains_action(action: int) -> Operation:
    """Whether the integer is an action."""
    contains = operations.contains("action_space", action)
    return lambda live: {"member": contains(live)["contains"]}


def observations_are(part: dict[str, Any]) -> Operation:
    """Whether every entry of `part` is one of the observation space's description."""

    def operation(live: LiveEnvironment) -> dict[str, bool]:
        described = describe(live.env.observation_space)
        return {"member": all(key in described and described[key] == value for key, value in part.items())}

    return operation
