"""The body of a creation."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from shared.wire.messages.fields import INTEGRAL, Flag, Keywords, RecordingName, Seed


class WrapperBody(BaseModel):
    """One wrapper of `gymnasium.wrappers`."""

    name: str = Field(max_length=64, examples=["FrameStackObservation"])
    kwargs: Keywords = Field(default_factory=dict, examples=[{"stack_size": 4}])


class CreateBody(BaseModel):
    """The arguments of `gymnasium.make`, wrappers, and the first seed."""

    env_id: str = Field(max_length=256, description="An id of Gymnasium's registry.", examples=["CartPole-v1"])
    render_mode: str | None = Field(None, max_length=64, examples=["rgb_array"])
    kwargs: Keywords = Field(
        default_factory=dict,
        description="Arguments of the environment's constructor.",
        examples=[{"sutton_barto_reward": True}],
    )
    max_episode_steps: Annotated[int, Field(ge=-1, lt=1 << 40), INTEGRAL] | None = Field(
        None, description="As `gymnasium.make` takes it; -1 for no limit.", examples=[500]
    )
    wrappers: list[WrapperBody] = Field(default_factory=list, max_length=16, description="Innermost first.")
    num_envs: Annotated[int, Field(ge=1, le=256), INTEGRAL] | None = Field(
        None, description="Makes a `gymnasium.vector.SyncVectorEnv` of so many; everything is a batch then."
    )
    autoreset: Literal["NextStep", "SameStep", "Disabled"] | None = Field(
        None,
        description="As `gymnasium.vector.AutoresetMode` names them; by default Disabled, with num_envs NextStep.",
    )
    seed: Seed | None = Field(
        None,
        description="Seeds the spaces, and the first reset if that brings no seed of its own.",
    )
    record: Flag = Field(False, description="Record every call, so that all of them can be had again.")
    name: RecordingName = Field("", description="What people call the recording.", examples=["lost at the door"])
