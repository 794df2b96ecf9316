"""What openai/gym-http-api's endpoints do with a live environment, with the replies of that API."""

import re
from typing import Any

from shared.errors import InvalidValue
from shared.legacy.spaces import describe
from shared.session.calls import operations
from shared.session.calls.operations import SpaceName
from shared.session.live.environment import LiveEnvironment, Operation
from shared.snapshot.contract.returned import has_ended

_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)


def reset() -> Operation:
    """Begin an episode. The reply has no info."""
    begin = operations.reset(None, None)
    return lambda live: {"observation": begin(live)["observation"]}


def step(action: Any) -> Operation:
    """Apply one action. `done` is whether the episode has ended."""
    apply = operations.Step(action)

    def operation(live: LiveEnvironment) -> dict[str, Any]:
        applied = apply(live)
        return {
            "observation": applied["observation"],
            "reward": applied["reward"],
            "done": has_ended(applied["terminated"], applied["truncated"]),
            "info": applied["info"],
        }

    return operation


def describe_space(space: SpaceName) -> Operation:
    """One of the spaces, in the form that these clients read."""
    return lambda live: {"info": describe(getattr(live.env, space))}


def sample_action() -> Operation:
    """A random action. Sampling advances the space's generator."""
    draw = operations.sample("action_space")
    return lambda live: {"action": draw(live)["sample"]}


def contains_action(x: str) -> Operation:
    """Whether the integer that `x` spells is an action.

    Raises:
        InvalidValue: it spells no integer of at most 18 digits.
    """
    if not _INTEGER.fullmatch(x):
        raise InvalidValue(f"An action in a path is an integer, not {x[:40]!r}.")
    contains = operations.contains("action_space", int(x))
    return lambda live: {"member": contains(live)["contains"]}


def describes_observation_space(part: dict[str, Any]) -> Operation:
    """Whether the observation space's description has every entry of `part`."""

    def operation(live: LiveEnvironment) -> dict[str, bool]:
        described = describe(live.env.observation_space)
        return {"member": all(key in described and described[key] == value for key, value in part.items())}

    return operation
