"""The bodies of calls that keep a state, or go on from one: forks, checkpoints, restores."""

from typing import Annotated

from pydantic import BaseModel, Field, model_validator

from shared.wire.messages.fields import INTEGRAL, RECORDED, PlaceText, Revision, Seed


class ForkBody(BaseModel):
    """The number of forks, and a seed if their generators are to differ."""

    count: Annotated[int, Field(ge=1, le=1000), INTEGRAL] = 1
    reseed: Seed | None = Field(
        None,
        description="Makes fork i's generators anew from numpy.random.SeedSequence(reseed, spawn_key=(i,)).",
    )
    revision: PlaceText | Revision | None = Field(None, description=RECORDED, examples=[17])


class CheckpointBody(BaseModel):
    """A name for people to read."""

    name: str = Field("", max_length=200, examples=["before the door"])


class StateBody(BaseModel):
    """A state that the instance has been in: a checkpoint, or a recorded revision."""

    checkpoint_id: str | None = Field(None, max_length=64, examples=["0a9b2c1e-53c6-4c1f-9f43-1c5a2e1f7d42"])
    revision: PlaceText | Revision | None = Field(None, description=RECORDED, examples=[17])

    @model_validator(mode="after")
    def _one_state(self) -> "StateBody":
        if (self.checkpoint_id is None) is (self.revision is None):
            raise ValueError("send either checkpoint_id or revision, and not both")
        return self


class RestoreBody(StateBody):
    """The checkpoint to go back to, or a recorded revision."""
