"""The body of a step."""

from dataclasses import dataclass
from typing import Annotated, Any

from shared.wire.messages.described import Described

Action = Annotated[Any, Described("A member of the action space, as JSON.", (1, [0.5], {"arm": [0, 1]}))]


@dataclass(slots=True)
class StepBody:
    """The argument of `Env.step`."""

    action: Action
