"""The bodies of calls on a space."""

from typing import Any

from pydantic import BaseModel, Field, model_validator


class ContainsBody(BaseModel):
    """A value that may be a member of a space."""

    value: Any = Field(description="As an action or observation is sent.", examples=[1])


class SampleBody(BaseModel):
    """The arguments of `Space.sample`, of which one at most is given."""

    mask: Any = Field(
        None,
        description="As Gymnasium's space takes it, with lists for arrays and tuples: 1 for what may be drawn.",
        examples=[[1, 0]],
    )
    probability: Any = Field(None, description="The same with the probability of each.")

    @model_validator(mode="after")
    def _one_of_both(self) -> "SampleBody":
        if self.mask is not None and self.probability is not None:
            raise ValueError("it takes a mask or a probability, not both")
        return self
