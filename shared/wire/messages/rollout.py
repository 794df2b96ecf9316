"""The body of a rollout."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator

from shared.wire.messages.fields import INTEGRAL, POLICIES, REPEATS, Policy, Probability, check_probability


class RolloutBody(BaseModel):
    """Either `actions`, or a `policy` and its number of `steps`."""

    actions: Any = Field(
        None,
        description="A list of members of the action space, or one typed array with a first axis over them.",
        examples=[[0, 1, 1, 0]],
    )
    policy: Policy | None = Field(None, description=POLICIES)
    probability: Probability | None = Field(None, description=REPEATS)
    steps: Annotated[int, Field(ge=0), INTEGRAL] | None = Field(None, examples=[100])
    include: list[Literal["observations", "rewards", "terminations", "truncations", "infos", "actions"]] = Field(
        ["observations", "rewards", "terminations", "truncations"],
        max_length=6,
        description="What the reply has of each step.",
    )
    on_end: Literal["stop", "reset", "continue"] | None = Field(
        None,
        description="What follows the end of an episode: nothing more is applied (`stop`), an unseeded reset and "
        "the next action (`reset`), the next action (`continue`). By default stop; a vector always goes on.",
    )

    @model_validator(mode="after")
    def _one_source(self) -> "RolloutBody":
        if (self.actions is None) is (self.policy is None) or (self.policy is None) is not (self.steps is None):
            raise ValueError("send either actions, or policy and steps, and not both")
        check_probability(self.policy, self.probability)
        return self
