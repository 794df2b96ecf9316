"""The body of a ticket."""

from typing import Literal

from pydantic import BaseModel, Field


class TicketBody(BaseModel):
    """What the ticket is for."""

    scope: Literal["watch", "session"] = Field(
        "watch",
        description="`watch`: looking at the environment by `monitor/`. `session`: opening a session, in which "
        "every call on the environment can be made.",
    )
