"""The body of a step and its reply, apart from other calls': the function that steps imports no more."""

from dataclasses import dataclass
from typing import Annotated, Any, NotRequired

from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12

from shared.wire.messages.described import Described

Action = Annotated[Any, Described("A member of the action space, as JSON.", (1, [0.5], {"arm": [0, 1]}))]


@dataclass(slots=True)
class StepBody:
    """The argument of `Env.step`."""

    action: Action


class StepReply(TypedDict):
    """What `Env.step` returns. Non-finite floats are "Infinity", "-Infinity" and "NaN".

    `spaces` describes the spaces that the call has changed; without it, there are none.
    """

    observation: Any
    reward: Any
    terminated: bool | list[bool]
    truncated: bool | list[bool]
    info: dict[str, Any]
    spaces: NotRequired[dict[str, Any]]
