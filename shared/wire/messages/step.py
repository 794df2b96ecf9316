"""The body of a step."""

from typing import Any

from pydantic import BaseModel, Field


class StepBody(BaseModel):
    """The argument of `Env.step`."""

    action: Any = Field(description="A member of the action space, as JSON.", examples=[1, [0.5], {"arm": [0, 1]}])
