"""The bodies of calls on a log."""

from pydantic import BaseModel, Field

from shared.wire.messages.fields import Flag, RecordingName, Revision


class RecordBody(BaseModel):
    """Whether calls are recorded from now on, and the recording's name."""

    on: Flag
    name: RecordingName | None = Field(None, description="By default it keeps the name that it has.")


class VerifyBody(BaseModel):
    """Where to begin."""

    from_: Revision | None = Field(
        None,
        alias="from",
        description="The `next` of the reply before; by default the log's beginning.",
        examples=[1024],
    )
