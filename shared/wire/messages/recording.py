"""The bodies of calls on a log."""

from pydantic import BaseModel, Field

from shared.wire.messages.fields import Flag, Revision


class RecordBody(BaseModel):
    """Whether calls are recorded from now on."""

    on: Flag


class VerifyBody(BaseModel):
    """Where to begin."""

    from_: Revision | None = Field(
        None,
        alias="from",
        description="The `next` of the reply before; by default the log's beginning.",
        examples=[1024],
    )
