"""Rollouts: many steps in few calls, with the results joined."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from gymnasium_http.calls.bar import bar
from gymnasium_http.errors import BodyTooLarge, GymHTTPError, InvalidValue, ReplyTooLarge

OnEnd = Literal["stop", "reset", "continue"]
Series = Literal["observations", "rewards", "terminations", "truncations", "infos", "actions"]

Call = Callable[[Mapping[str, Any]], Awaitable[Any]]
"""Sends a body and returns the reply."""


@dataclass(frozen=True)
class Reset:
    """A reset after an episode's end. `index` is the number of steps of the rollout before it."""

    index: int
    observation: Any
    info: dict[str, Any]


@dataclass
class Rollout:
    """The results of the steps, as arrays with a first axis over the steps where possible, else as lists.

    What was not included is None.
    """

    steps: int = 0
    """Steps made. Fewer than requested if the episode ended and `on_end` is "stop"."""
    observations: Any = None
    rewards: Any = None
    terminations: Any = None
    truncations: Any = None
    infos: Any = None
    actions: Any = None
    resets: list[Reset] = field(default_factory=list)


@dataclass(frozen=True)
class Request:
    """A rollout to be sent in calls of at most `steps_per_call` steps."""

    actions: Any
    policy: str | None
    steps: int | None
    include: Sequence[Series]
    on_end: OnEnd | None
    steps_per_call: int
    probability: float | None = None

    def __post_init__(self) -> None:
        if (self.actions is None) == (self.policy is None):
            raise ValueError("Pass either actions or a policy, not both or neither.")
        if (self.steps is None) != (self.policy is None):
            raise ValueError("Pass steps, the number of steps, with a policy and only with one.")
        if self.steps_per_call < 1:
            raise ValueError(f"steps_per_call is {self.steps_per_call}; pass at least 1.")

    @property
    def total(self) -> int:
        """The number of steps requested."""
        return len(self.actions) if self.steps is None else self.steps

    def body(self, begin: int, size: int) -> dict[str, Any]:
        """The body of the call for `size` steps from step `begin`."""
        options: dict[str, Any] = {"include": list(self.include)}
        if self.on_end is not None:
            options["on_end"] = self.on_end
        if self.policy is None:
            return {"actions": self.actions[begin : begin + size], **options}
        if self.probability is not None:
            options["probability"] = self.probability
        return {"policy": self.policy, "steps": size, **options}


async def in_calls(call: Call, request: Request, progress: bool | None) -> Rollout:
    """Make the calls and join their results. If the server finds a call too large, the next ones are smaller.

    Raises:
        GymHTTPError: a call failed. A note says how many steps earlier calls applied.
    """
    parts: list[dict[str, Any]] = []
    done, most = Rollout(), request.steps_per_call
    several = request.total > request.steps_per_call
    with bar(progress, "step", request.total, worth_it=several) as advance:
        while not parts or done.steps < request.total:
            size = min(most, request.total - done.steps)
            try:
                reply = await call(request.body(done.steps, size))
            except GymHTTPError as error:
                if _too_large(error) and size > 1:
                    most = size // 2
                    continue
                error.add_note(f"{done.steps} steps of earlier calls of this rollout were applied.")
                raise
            parts.append(reply)
            done.resets += [
                Reset(done.steps + each["index"], each["observation"], each["info"]) for each in reply["resets"]
            ]
            done.steps += reply["steps"]
            advance(reply["steps"])
            if reply["steps"] < size:
                break
    for name in request.include:
        setattr(done, name, _joined([part[name] for part in parts]))
    return done


def _too_large(error: GymHTTPError) -> bool:
    """Whether fewer steps would pass. Nothing was applied, and the problem names the limit."""
    return isinstance(error, InvalidValue | BodyTooLarge | ReplyTooLarge) and "limit" in error.problem


def _joined(parts: list[Any]) -> Any:
    """One array if all parts are arrays of the same dtype and item shape, else one list."""
    filled = [part for part in parts if len(part)]
    if len(filled) < 2:
        return filled[0] if filled else parts[0]
    kinds = {(part.dtype, part.shape[1:]) if isinstance(part, np.ndarray) else None for part in filled}
    if len(kinds) == 1 and None not in kinds:
        return np.concatenate(filled)
    return [item for part in filled for item in part]
