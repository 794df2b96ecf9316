"""The body of an exploration."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator

from shared.wire.messages.fields import INTEGRAL, POLICIES, REPEATS, Policy, Probability, Seed, check_probability
from shared.wire.messages.states import StateBody


class KeepBody(BaseModel):
    """Which futures become instances."""

    best: Annotated[int, Field(ge=1, le=100), INTEGRAL] | None = Field(
        None, description="So many of the highest returns; of equal ones, the first.", examples=[5]
    )
    indices: list[Annotated[int, Field(ge=0, le=99_999), INTEGRAL]] | None = Field(
        None, min_length=1, max_length=100, description="Those of these indices.", examples=[[3, 17]]
    )

    @model_validator(mode="after")
    def _one_choice(self) -> "KeepBody":
        if (self.best is None) is (self.indices is None):
            raise ValueError("send either best or indices, and not both")
        return self


class ExploreBody(BaseModel):
    """Either `sequences`, or a `policy` with `count` and `steps`."""

    sequences: Any = Field(
        None,
        description="Lists of members of the action space, all of one length, or one typed array with the first "
        "two axes over the sequences and their actions.",
        examples=[[[0, 1, 1], [1, 1, 0]]],
    )
    policy: Policy | None = Field(None, description=POLICIES)
    count: Annotated[int, Field(ge=1), INTEGRAL] | None = Field(None, examples=[1000])
    steps: Annotated[int, Field(ge=1), INTEGRAL] | None = Field(None, examples=[20])
    seed: Seed = Field(
        0,
        description="Sequence i is drawn from numpy.random.SeedSequence(seed, spawn_key=(i,)), and not by the "
        "instance's own generators.",
    )
    probability: Probability | None = Field(None, description=REPEATS)
    from_: StateBody | None = Field(
        None, alias="from", description="A checkpoint of the instance or its past; by default its current state."
    )
    on_end: Literal["stop", "reset"] | None = Field(
        None,
        description="What follows the end of an episode: the future is over (`stop`, the default), or an unseeded "
        "reset and the next action (`reset`). A vector always goes on.",
    )
    discount: float = Field(1.0, ge=0, le=1, description="The weight of each reward against the one before.")
    reseed: Seed | None = Field(
        None, description="Gives future i the generators that fork i with this reseed would have."
    )
    include: list[
        Literal["returns", "steps", "terminations", "truncations", "observations", "actions", "rewards", "infos"]
    ] = Field(
        ["returns", "steps", "terminations", "truncations"],
        max_length=8,
        description="What the reply has of each future. Observations and infos are the last ones.",
    )
    keep: KeepBody | None = Field(None, description="Futures that become instances, as forks that have gone on.")

    @model_validator(mode="after")
    def _one_source(self) -> "ExploreBody":
        drawn = (self.policy, self.count, self.steps)
        if (self.sequences is None) is None in drawn or (
            self.sequences is not None and drawn != (None, None, None)
        ):
            raise ValueError("send either sequences, or policy, count and steps, and not both")
        check_probability(self.policy, self.probability)
        return self
