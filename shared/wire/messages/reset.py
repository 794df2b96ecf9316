"""The body of a reset."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from shared.wire.messages.fields import Seed


class ResetBody(BaseModel):
    """The arguments of `Env.reset`. An empty body and null mean no arguments."""

    seed: Seed | Annotated[list[Seed | None], Field(max_length=256)] | None = Field(
        None, description="A list has one for each environment of a vector.", examples=[42]
    )
    options: dict[str, Any] | None = Field(None, description="As the environment documents them.")
